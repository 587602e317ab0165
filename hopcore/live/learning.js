// What the instruments share in which networks learn the page's images: play, step, settings, the past.

class LearningInstrument extends Instrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.settings = { digits: [...new Set(data.digits)].sort(), seed: 0, memories: 100, ...options };
    this.addLearner();
    this.build();
    this.begin();
  }

  addLearner() { this.learners.push(new Learner(() => this.changed(), ({ message }) => this.tell(message))); }
  get learner() { return this.learners[0]; }
  get frame() { return this.learner.frame; }
  get images() { return this.learner.images; }
  get digits() { return this.learner.digits; }
  get epoch() { return this.frame.epoch; }

  /** A new network from the seed, on the images of the chosen digits. */
  begin() {
    const { data, settings: { seed, memories, digits: held } } = this;
    const { pixels } = data, rows = data.rowsOf(held);
    const images = new Float64Array(rows.length * pixels), digits = rows.map((row) => data.digits[row]);
    rows.forEach((row, at) => images.set(data.image(row), at * pixels));
    const start = startOf(seed, memories, pixels);
    this.learners.forEach((each, at) => each.open({ images, digits, pixels, rule: this.rule(at), ...start }));
    this.changed();
  }

  rule() {
    const { n, rescaledTemperature, rate, momentum } = this.settings;
    return { n, rescaledTemperature, rate, momentum };
  }

  play(count = Infinity) {
    this.wake();
    for (const each of this.learners) if (!each.learning) each.run(count > 0 ? count : Infinity);
  }

  pause() { return Promise.all(this.learners.map((each) => each.stop())).then(() => this.epoch); }

  async step(count = 1) {
    if (!(Number.isInteger(count) && count >= 0)) throw refuse("step", count, "a whole number from 0");
    this.wake();
    await Promise.all(this.learners.map((each) => each.run(count, true)));
    return this.epoch;
  }

  push(spread = 0.15) {
    this.wake();
    return this.learner.ask("push", { spread, seed: Date.now() % 65536 });
  }

  set(given) {
    const before = this.settings, now = { ...before, ...checkAll(given, before) };
    now.digits = [...now.digits].sort();
    if ("digits" in given) this.data.rowsOf(now.digits); // which refuses digits that the page lacks
    this.settings = now;
    if ("digits" in given || "seed" in given || "memories" in given) this.begin();
    this.learners.forEach((each, at) => { each.rule = this.rule(at); });
    for (const [name, show] of Object.entries(this.show)) show(now[name]);
    this.changed();
  }

  load(given) {
    const { pixels } = this.data, memories = table("memories", given.memories, pixels);
    const labels = table("labels", given.labels, CATEGORIES);
    if (memories.length / pixels !== labels.length / CATEGORIES) {
      throw new RangeError("memories and labels: must be equally many.");
    }
    this.wake();
    for (const each of this.learners) each.open({ ...each, memories, labels });
    this.changed();
  }

  snapshot() {
    const { epoch, memories, labels } = this.frame;
    return { epoch, memories, labels };
  }

  /** All that is shown follows the network. */
  changed() {
    this.redraw();
    this.showTransport();
    this.say(`Epoch ${this.epoch}. ${this.words()}`);
    this.reported?.();
  }

  /** Play, step, anew; a slider through the epochs that were. */
  transport({ push = false, history = true } = {}) {
    const { bar, learner } = this;
    const playOrPause = () => (learner.learning ? this.pause() : this.play());
    this.playing = button(bar, "", playOrPause, { className: "play" });
    button(bar, "Step", () => this.step(1), { title: "one epoch" });
    button(bar, "Anew", () => this.try(() => { this.begin(); this.wake(); }), { title: "back to the start" });
    if (push) button(bar, "Push", () => this.push(), { title: "add noise to every pixel and label" });
    const box = make("label", { className: "past" }, bar);
    make("span", { textContent: "epoch" }, box);
    this.slide = make("input", { type: "range", min: 0, name: "epoch", hidden: !history }, box);
    this.clock = make("output", {}, box);
    this.slide.addEventListener("input", () => {
      this.wake();
      const record = learner.history[Number(this.slide.value)];
      if (record) learner.seek(record.epoch);
    });
  }

  showTransport() {
    const { playing, slide, epoch, learner: { learning, history } } = this;
    const words = learning ? "❚❚ Pause" : "▶ Play";
    if (playing.textContent !== words) playing.textContent = words;
    this.clock.textContent = epoch.toLocaleString("en");
    slide.setAttribute("aria-valuetext", `epoch ${epoch}`);
    if (!learning && slide === document.activeElement) return;
    Object.assign(slide, { max: Math.max(1, history.length - 1), value: this.past.length - 1 });
  }

  /** Controls of what may change while the network learns, and behind a fold of what makes a new one. */
  knobs(...names) {
    for (const name of ["n", "rescaledTemperature"]) this.knob(this.controls, name);
    const more = folded("more", this.controls);
    for (const name of names) this.knob(more, name);
  }

  /** The memories, under the still picture until something moves. */
  viewMemories() {
    const view = this.view({ memories: [1, "memories"] }), picture = this.still?.firstChild.cloneNode();
    if (!picture) return;
    const teaser = make("figure", { className: "teaser" }, view);
    teaser.append(picture, make("figcaption", { textContent: "memories that have learnt: press play" }));
  }

  memories(pen, width) {
    mosaic(pen, this.frame.memories, this.learner.count, [0, 0, width], (k) => this.colour(k));
  }

  /** The colour of the digit that a memory stands for. */
  colour(k) { return BOOK.digits[standsFor(this.frame.labels, k)]; }

  /** Records up to the epoch that is shown. */
  get past() { return this.learner.history.filter(({ epoch }) => epoch <= this.epoch); }

  /** Axes over epochs, which grow in jumps. */
  timeAxes(pen, box, more) {
    let end = 500;
    while (end < this.epoch) end = Math.round(end * 1.5);
    return new Axes(pen, box, { across: [0, end], xTicks: ticks(end), xName: "epoch", up: [0, 1], ...more });
  }
}

/** The digit that a memory stands for: its only label at +1, or −1. */
function standsFor(labels, k) {
  const high = range(CATEGORIES).filter((c) => labels[k * CATEGORIES + c] >= 0.9);
  return high.length === 1 ? high[0] : -1;
}

/** The digit that leads in a memory's mixture. */
function leading(sums, k) {
  const own = sums.subarray(k * CATEGORIES, (k + 1) * CATEGORIES);
  return own.indexOf(Math.max(...own));
}
