// A network that learns: what can be done to it, its past, and a loop of short tasks on the page's thread.

const START_MEAN = -0.003, START_SPREAD = 1e-5; // as in hopcore.training.options
const MOST_RECORDS = 160, RECORD_BYTES = 6e7, FIRST_INTERVAL = 8;
const SLICE = 8, SHOW = 100; // milliseconds: of learning in one task, and between two pictures

/** The start of K memories of N pixels and their C labels, with a `spread` of so many powers of ten. */
function startOf(seed, count, pixels, categories, spread = Math.log10(START_SPREAD)) {
  const normal = normals(seed);
  const drawn = (length) => new Float64Array(length).map(() => normal(START_MEAN, 10 ** spread));
  return { memories: drawn(count * pixels), labels: drawn(count * categories) };
}

/** A promise of the next task: sooner than a timer, and after what the page has to do. */
const nextTask = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = resolve;
  port2.postMessage(null);
});

/** Whoever computes waits here after every part: once the task has been long enough, until the next. */
async function breath() {
  if (performance.now() < breath.end) return;
  await nextTask();
  breath.end = performance.now() + SLICE;
}

class Network {
  /** `changed()` is called when there is something new to draw, `seen()` tells whether anyone looks. */
  constructor(changed, seen, most) { Object.assign(this, { changed, seen, most, turn: 0 }); }

  /**
   * Anew, from `memories` (K·N) and `labels`: `digits` are the images' (S·N) among so many `categories`, and
   * `rule` is {n, rescaledTemperature, rate, momentum}.
   */
  open({ images, digits, pixels, categories, rule, memories, labels }) {
    Object.assign(this, { images, digits, pixels, categories, rule, memories, labels, epoch: 0, history: [] });
    Object.assign(this, { learning: false, features: null, learner: null, shares: null });
    this.turn++;
    this.interval = FIRST_INTERVAL;
    this.count = labels.length / categories;
    this.recognised = range(categories).fill(0);
    this.sums = new Float64Array(labels.length);
  }

  /** Whether all that learns is there; it is made when needed (an untouched page does nothing), in parts. */
  awake() {
    const { digits, pixels, categories, memories, labels } = this;
    if (!this.features) this.features = featuresOf(this.images, digits.length, pixels);
    else if (!this.learner) {
      this.learner = learningRule(this.features, digits, this.count, categories);
      this.learner.take(memories, labels);
      this.memories = this.learner.state.pixels.subarray(0, memories.length);
      this.labels = this.learner.state.labels.subarray(0, labels.length);
    } else if (!this.shares) this.shares = sharesOf(this.features, digits, categories);
    else return true;
    return false;
  }

  /** Learn for so many epochs (Infinity: until stopped), while the page is seen or `unseen`. */
  async run(count, unseen = false) {
    const turn = ++this.turn, end = this.epoch + count;
    this.learning = true;
    this.changed();
    this.history = this.past(); // the other records are of a future that will not be
    for (let next = 0; turn === this.turn && this.epoch < end; await breath()) {
      if (unseen || this.seen()) this.learn();
      else await new Promise((resolve) => { setTimeout(resolve, SHOW); });
      if (performance.now() < next) continue;
      this.show();
      next = performance.now() + SHOW;
    }
    if (turn === this.turn) this.stop();
  }

  learn() {
    if (!this.awake()) return;
    if (!this.history.length) this.record();
    this.learner.epoch(this.rule);
    this.epoch++;
    if (this.epoch % this.interval === 0) this.record();
  }

  stop() {
    this.turn++;
    this.learning = false;
    this.show();
  }

  show() {
    if (this.shares) this.measure();
    this.changed();
  }

  /** ᾱ of every memory and digit (K × C): what it is made of; and how many images of each digit are known. */
  measure() {
    const { learner: { state, scores: respond }, digits, categories: C, count: K } = this;
    const S = digits.length, scores = respond(this.rule), sums = (this.sums = new Float64Array(K * C));
    this.shares.forEach((share, s) => {
      for (let k = 0; k < K; k++) add(sums, state.overlaps[k * S + s], share, k * C, C, 0);
    });
    const said = (s) => leading(Float64Array.from(range(C), (c) => scores[c * S + s]));
    this.recognised = range(C).map((c) => digits.filter((digit, s) => digit === c && said(s) === c).length);
  }

  /** Keep the present state; when there are too many records, every second one goes. */
  record() {
    if (this.history.length >= within(RECORD_BYTES / (4 * this.memories.length), 16, this.most)) {
      this.interval *= 2;
      this.history = this.history.filter(({ epoch }) => epoch % this.interval === 0);
    }
    this.measure();
    const { epoch, rule, sums, recognised } = this, memories = Float32Array.from(this.memories);
    this.history.push({ epoch, rule, sums, recognised, memories, labels: this.labels.slice() });
  }

  /** The records up to the present. */
  past() { return this.history.filter(({ epoch }) => epoch <= this.epoch); }

  /** Back, or forth, to a record. */
  seek({ epoch, memories, labels }) {
    this.learner.take(memories, labels);
    this.epoch = epoch;
    this.stop();
  }

  /** Add normal noise to memories and labels. */
  push(spread, seed) {
    while (!this.awake());
    const normal = normals(seed), { learner, memories, labels } = this;
    const noisy = (numbers) => numbers.map((value) => value + normal(0, spread));
    learner.take(noisy(memories), noisy(labels));
    for (let k = 0; k < this.count; k++) learner.limit(k);
    this.history = this.past();
    this.record();
    this.changed();
  }

  /** Copies of the memories (K·N) and labels (K·C). */
  state() {
    const { epoch, memories, labels } = this;
    return { epoch, memories: memories.slice(), labels: labels.slice() };
  }
}

/** ᾱ for an overlap of 1 with each image: Gram·α = overlaps, and ᾱ is the sum of α over a digit's images. */
function sharesOf({ dense, size }, digits, categories) {
  const own = (s) => range(categories).map((c) => Number(digits[s] === c));
  const row = (s) => [...dense.subarray(s * size, (s + 1) * size), ...own(s)];
  return solved(range(size).map((s) => Float64Array.from(row(s))));
}
