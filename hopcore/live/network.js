// A network that learns: its state, what can be done to it, and a record of its past.

const START_MEAN = -0.003, START_SPREAD = 1e-5; // as in hopcore.training.options
const MOST_RECORDS = 256, RECORD_BYTES = 5e7, FIRST_INTERVAL = 8;

/** The start of K memories of N pixels and their labels. */
function startOf(seed, count, pixels) {
  const normal = normals(Math.imul(seed + 1, 0x9e3779b1));
  const drawn = (length) => new Float64Array(length).map(() => normal(START_MEAN, START_SPREAD));
  return { memories: drawn(count * pixels), labels: drawn(count * CATEGORIES) };
}

/** `digits`: the category of each of the images (S·N); `rule`: {n, rescaledTemperature, rate, momentum}. */
class Network {
  constructor({ images, digits, pixels, memories, labels }, rule) {
    const features = featuresOf(images, digits.length, pixels), count = labels.length / CATEGORIES;
    Object.assign(this, { features, digits, rule, count, epochs: 0, records: [], interval: FIRST_INTERVAL });
    this.inverse = inverseOf(features.gram, features.count, features.size);
    this.learner = learningRule(features, digits, count);
    this.learner.state.labels.set(labels);
    this.rebase(memories);
    this.record();
  }

  /** Put memories in the place of the present ones; what they are made of is told by least squares. */
  rebase(memories) {
    const { features: { size: S, columns: P, count, read }, inverse, learner: { state } } = this;
    state.kept.fill(1);
    state.weights.fill(0);
    const alpha = new Float64Array(this.count * S);
    for (let k = 0; k < this.count; k++) {
      read(memories, k, state.values);
      for (let s = 0; s < count; s++) add(alpha, state.values[k * P + s], inverse, k * S, count, s * S);
    }
    this.base = { memories, values: state.values.slice(), sums: this.categorySums(alpha) };
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
    if (count > 0) this.forget();
    for (let done = 0; done < count; done++) {
      this.learner.epoch(this.rule);
      this.epochs++;
      if (this.epochs % this.interval === 0) this.record();
      if (performance.now() > deadline) return;
    }
  }

  /** Add normal noise to memories and labels. */
  push({ spread, seed }) {
    const normal = normals(seed), memories = this.memories();
    const labels = this.learner.state.labels.subarray(0, this.count * CATEGORIES);
    this.forget();
    for (const all of [memories, labels]) all.forEach((_, at) => { all[at] += normal(0, spread); });
    this.rebase(memories);
    this.learner.limit();
    this.record();
  }

  /** The memories (K·N): kept·base + weights·images, within [−1, 1] to the last digit. */
  memories() {
    const { features: { size: S, columns: P, pixels, groupOf }, learner, count, base } = this;
    const memories = new Float64Array(count * pixels), own = new Float64Array(learner.state.values.length);
    learner.valuesOf(learner.state.weights, own);
    for (let k = 0; k < count; k++) {
      for (let pixel = 0, at = k * pixels; pixel < pixels; pixel++, at++) {
        const value = own[k * P + S + groupOf[pixel]] + learner.state.kept[k] * base.memories[at];
        memories[at] = Math.min(Math.max(value, -1), 1);
      }
    }
    return memories;
  }

  /** ᾱ of every memory and digit, (K × C): what it is made of. */
  sums() {
    const { weights, kept } = this.learner.state, sums = this.categorySums(weights);
    return sums.map((sum, at) => sum + kept[Math.floor(at / CATEGORIES)] * this.base.sums[at]);
  }

  /** How many images of each digit the network recognises. */
  recognised() {
    const { size: S } = this.features, scores = this.learner.scores(this.rule);
    const own = (s) => Float64Array.from(range(CATEGORIES), (c) => scores[c * S + s]);
    const right = this.digits.filter((digit, s) => leading(own(s), 0) === digit);
    return range(CATEGORIES).map((c) => right.filter((digit) => digit === c).length);
  }

  /** Keep the present state; when there are too many records, every second one goes. */
  record() {
    const { learner: { state, velocity }, base, rule, epochs: epoch } = this;
    if (this.records.length >= within(RECORD_BYTES / (8 * state.weights.length), 16, MOST_RECORDS)) {
      this.interval *= 2;
      this.records = this.records.filter((each) => each.epoch % this.interval === 0);
    }
    const copies = ({ labels, weights }) => ({ labels: labels.slice(), weights: weights.slice() });
    this.records.push({
      epoch, rule, base, told: false, sums: Float32Array.from(this.sums()), recognised: this.recognised(),
      ...copies(state), kept: state.kept.slice(), velocity: velocity.on && copies(velocity),
    });
  }

  /** Back (or forth) to the last record that is not after this epoch; all numbers follow from the weights. */
  seek({ epoch: when }) {
    const { learner: { state, velocity, valuesOf }, features: { columns: P } } = this;
    const record = this.records.findLast(({ epoch }) => epoch <= when) || this.records[0];
    this.epochs = record.epoch;
    this.base = record.base;
    for (const name of ["labels", "weights", "kept"]) state[name].set(record[name]);
    valuesOf(state.weights, state.values);
    this.base.values.forEach((value, at) => { state.values[at] += state.kept[Math.floor(at / P)] * value; });
    velocity.on = Boolean(record.velocity);
    if (!velocity.on) return;
    for (const name of ["labels", "weights"]) velocity[name].set(record.velocity[name]);
    valuesOf(velocity.weights, velocity.values);
  }

  /** Records after the present are of a future that will not be. */
  forget() {
    this.records = this.records.filter(({ epoch }) => epoch <= this.epochs);
  }

  /** What a page shows: the state, and the records that it has not been told of. */
  frame() {
    const fresh = this.records.filter(({ told }) => !told);
    for (const each of fresh) each.told = true;
    return {
      epoch: this.epochs, memories: this.memories(), sums: this.sums(), recognised: this.recognised(),
      labels: this.learner.state.labels.slice(0, this.count * CATEGORIES),
      records: fresh.map(({ base, weights, kept, velocity, ...shown }) => shown),
    };
  }
}

/** The inverse of a Gram matrix in rows of `stride` (Gauss, Jordan); a last digit parts dependent images. */
function inverseOf(gram, size, stride) {
  const inverse = gram.slice(), diagonal = Array.from({ length: size }, (_, i) => i * stride + i);
  const ridge = 1e-11 * Math.max(...diagonal.map((at) => gram[at]));
  for (const at of diagonal) inverse[at] += ridge;
  diagonal.forEach((at, i) => {
    const pivot = Math.max(inverse[at], ridge);
    inverse[at] = 1;
    scaled(inverse, 1 / pivot, i * stride, size);
    for (let j = 0; j < size; j++) {
      const share = inverse[j * stride + i];
      if (j === i || share === 0) continue;
      inverse[j * stride + i] = 0;
      add(inverse, -share, inverse, j * stride, size, i * stride);
    }
  });
  return inverse;
}
