// A network that learns: its state, what can be done to it, and a record of its past.

const START_MEAN = -0.003, START_SPREAD = 1e-5; // as in hopcore.training.options
const MOST_RECORDS = 256, RECORD_BYTES = 5e7, FIRST_INTERVAL = 8;

/** The start of K memories of N pixels and their labels. */
function startOf(seed, count, pixels) {
  const normal = normals(Math.imul(seed + 1, 0x9e3779b1));
  const drawn = (length) => new Float64Array(length).map(() => normal(START_MEAN, START_SPREAD));
  return { memories: drawn(count * pixels), labels: drawn(count * CATEGORIES) };
}

/** `digits`: the category of each image; `rule`: {n, rescaledTemperature, rate, momentum}, a new object at every change. */
class Network {
  constructor(features, digits, rule) {
    Object.assign(this, { features, digits, rule });
    this.projection = cholesky(features.gram, features.count, features.size);
  }

  /** Begin anew with these memories (K·N) and labels (K·C). */
  load(memories, labels) {
    this.count = labels.length / CATEGORIES;
    this.learner = learningRule(this.features, this.digits, this.count);
    this.learner.labels.set(labels);
    this.epochs = 0;
    this.records = [];
    this.interval = FIRST_INTERVAL;
    this.rebase(memories);
    this.record();
  }

  /** Put memories in the place of the present ones; what they are made of is told by least squares. */
  rebase(memories) {
    const { features, learner, count } = this, { size: S, pixels } = features;
    learner.kept.fill(1);
    learner.weights.fill(0);
    const alpha = new Float64Array(count * S);
    for (let k = 0; k < count; k++) {
      features.overlaps(memories, k * pixels, learner.overlaps, k * S);
      alpha.set(learner.overlaps.subarray(k * S, k * S + S), k * S);
      solve(this.projection, features.count, S, alpha, k * S);
    }
    this.base = { memories, overlaps: learner.overlaps.slice(), sums: this.categorySums(alpha) };
    this.settle();
  }

  /** Tell the rule of the base: of pixels that are alike in all images, only the largest and smallest matter. */
  settle() {
    const { features: { columns: U, pixels, columnOf }, count, base: { memories }, learner } = this;
    const { high, low, reach } = learner.base;
    high.fill(-Infinity, 0, count * U);
    low.fill(Infinity, 0, count * U);
    for (let k = 0; k < count; k++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const value = memories[k * pixels + pixel], at = k * U + columnOf[pixel];
        if (value > high[at]) high[at] = value;
        if (value < low[at]) low[at] = value;
      }
    }
    high.forEach((value, at) => { reach[at] = Math.max(Math.abs(value), Math.abs(low[at])); });
    learner.forget();
  }

  /** Sums of coefficients (K × S) over each category's images, (K × C). */
  categorySums(alpha) {
    const { size: S } = this.features, sums = new Float64Array(this.count * CATEGORIES);
    for (let k = 0; k < this.count; k++) {
      this.digits.forEach((digit, s) => { sums[k * CATEGORIES + digit] += alpha[k * S + s]; });
    }
    return sums;
  }

  /** Up to so many epochs, until `deadline` (of performance.now) at the latest. */
  run(count, deadline = Infinity) {
    if (count > 0) this.forget(this.epochs);
    for (let done = 0; done < count; done++) {
      this.learner.epoch(this.rule);
      this.epochs++;
      if (this.epochs % this.interval === 0) this.record();
      if (performance.now() > deadline) return;
    }
  }

  /** Add normal noise to memories and labels. */
  push(spread, seed) {
    const normal = normals(seed), { labels } = this.learner, memories = this.memories();
    this.forget(this.epochs);
    for (let i = 0; i < memories.length; i++) memories[i] += normal(0, spread);
    for (let i = 0; i < this.count * CATEGORIES; i++) labels[i] += normal(0, spread);
    this.rebase(memories);
    this.learner.limit();
    this.record();
  }

  /** The memories (K·N): kept·base + weights·images, within [−1, 1] to the last digit. */
  memories() {
    const { features, learner: { weights, kept }, count, base } = this, { size: S, pixels, columns: U, columnOf } = features;
    const { from, image, above } = features, memories = new Float64Array(count * pixels), own = new Float64Array(U);
    for (let k = 0; k < count; k++) {
      const row = k * S, first = k * pixels, part = kept[k];
      let total = 0;
      for (let s = row; s < row + S; s++) total += weights[s];
      for (let u = 0; u < U; u++) {
        let value = BACKGROUND * total;
        for (let entry = from[u], end = from[u + 1]; entry < end; entry++) value += above[entry] * weights[row + image[entry]];
        own[u] = value;
      }
      for (let pixel = 0; pixel < pixels; pixel++) {
        const value = own[columnOf[pixel]] + part * base.memories[first + pixel];
        memories[first + pixel] = value > 1 ? 1 : value < -1 ? -1 : value;
      }
    }
    return memories;
  }

  /** ᾱ of every memory and digit, (K × C): what it is made of. */
  sums() {
    const sums = this.categorySums(this.learner.weights);
    for (let i = 0; i < sums.length; i++) sums[i] += this.learner.kept[Math.floor(i / CATEGORIES)] * this.base.sums[i];
    return sums;
  }

  /** How many images of each digit the network recognises. */
  recognised() {
    const { size: S } = this.features, scores = this.learner.scores(this.rule), counts = new Float64Array(CATEGORIES);
    this.digits.forEach((digit, s) => {
      let best = 0;
      for (let c = 1; c < CATEGORIES; c++) if (scores[c * S + s] > scores[best * S + s]) best = c;
      if (best === digit) counts[digit]++;
    });
    return counts;
  }

  /** Keep the present state; when there are too many records, every second one goes. */
  record() {
    const { learner, base, rule } = this, { weights, moving } = learner;
    if (this.records.length >= Math.max(16, Math.min(MOST_RECORDS, RECORD_BYTES / (8 * weights.length)))) {
      this.interval *= 2;
      this.records = this.records.filter(({ epoch }) => epoch % this.interval === 0);
    }
    this.records.push({
      epoch: this.epochs, rule, base, moving, told: false,
      sums: Float32Array.from(this.sums()), recognised: this.recognised(), labels: learner.labels.slice(),
      weights: weights.slice(), kept: learner.kept.slice(),
      velocity: moving ? learner.velocity.slice() : null, labelVelocity: moving ? learner.labelVelocity.slice() : null,
    });
  }

  /** Back (or forth) to the last record that is not after this epoch; all numbers follow from the weights. */
  seek(when) {
    const { learner, features: { size: S } } = this;
    const record = this.records.filter(({ epoch }) => epoch <= when).pop() || this.records[0];
    this.epochs = record.epoch;
    this.base = record.base;
    for (const name of ["labels", "weights", "kept"]) learner[name].set(record[name]);
    this.settle();
    learner.overlapsOf(learner.weights, learner.overlaps);
    this.base.overlaps.forEach((overlap, at) => { learner.overlaps[at] += learner.kept[Math.floor(at / S)] * overlap; });
    learner.moving = record.moving;
    if (!record.moving) return;
    learner.velocity.set(record.velocity);
    learner.labelVelocity.set(record.labelVelocity);
    learner.overlapsOf(learner.velocity, learner.overlapVelocity);
  }

  /** Records after an epoch are of a future that will not be. */
  forget(after) {
    this.records = this.records.filter(({ epoch }) => epoch <= after);
  }

  /** What a page shows: the state, and the records that it has not been told of. */
  frame() {
    const fresh = this.records.filter(({ told }) => !told);
    for (const each of fresh) each.told = true;
    return {
      epoch: this.epochs, memories: this.memories(), labels: this.learner.labels.slice(0, this.count * CATEGORIES),
      sums: this.sums(), recognised: this.recognised(),
      records: fresh.map(({ epoch, rule, sums, recognised, labels }) => ({ epoch, rule, sums, recognised, labels })),
    };
  }
}

/** The Cholesky factor of a Gram matrix in rows of `stride`; images that depend on each other are told apart by a last digit. */
function cholesky(matrix, size, stride) {
  const factor = matrix.slice();
  let ridge = 0;
  for (let i = 0; i < size; i++) ridge = Math.max(ridge, 1e-11 * matrix[i * stride + i]);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * stride + j] + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= factor[i * stride + k] * factor[j * stride + k];
      factor[i * stride + j] = i === j ? Math.sqrt(Math.max(sum, ridge)) : sum / factor[j * stride + j];
    }
  }
  return factor;
}

/** Solve for one right-hand side, in place, from `at` on. */
function solve(factor, size, stride, side, at) {
  for (let i = 0; i < size; i++) {
    let sum = side[at + i];
    for (let k = 0; k < i; k++) sum -= factor[i * stride + k] * side[at + k];
    side[at + i] = sum / factor[i * stride + i];
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = side[at + i];
    for (let k = i + 1; k < size; k++) sum -= factor[k * stride + i] * side[at + k];
    side[at + i] = sum / factor[i * stride + i];
  }
}
