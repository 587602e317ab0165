// What all instruments share: their place in the page, the still picture, messages, and what programs may call.

/** An instrument in an element: `spec(instrument)` builds it and gives its own methods. */
class Instrument {
  constructor(element, options, data) {
    Object.assign(this, { element, options, data, canvases: [] });
    this.still = element.querySelector(".still");
    this.root = make("div", { className: "live", role: "group", "aria-label": options.title }, element);
    this.bar = make("div", { className: "bar" }, this.root);
    this.stage = make("div", { className: "stage" }, this.root);
    this.controls = make("div", { className: "controls" }, this.root);
    this.told = make("p", { className: "told", role: "alert" }, this.root);
    this.state = make("p", { className: "state" }, this.root);
    make("p", { className: "hint", textContent: options.hint }, this.root);
    new MutationObserver(() => this.redraw()).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    this.looking = new IntersectionObserver(([{ isIntersecting }]) => { this.inSight = isIntersecting; this.look(); });
    this.looking.observe(element);
    this.watch = () => this.look();
    document.addEventListener("visibilitychange", this.watch);
  }

  look() {
    this.learners?.forEach((learner) => learner.look(this.inSight !== false && !document.hidden));
  }

  canvas(parent, spec) {
    const canvas = new Canvas(parent, spec);
    this.canvases.push(canvas);
    return canvas;
  }

  redraw() {
    for (const each of this.canvases) each.request();
  }

  /** What a control does; a refusal is told in the instrument. */
  try(does) {
    try {
      does();
      this.tell("");
    } catch (error) {
      this.tell(error.message);
    }
  }

  tell(words) {
    if (this.told.textContent === words) return;
    this.told.textContent = words;
    this.reported?.();
  }

  /** The still picture stands in a view until something moves. */
  tease(view, words) {
    const picture = this.still?.querySelector("img");
    if (!picture) return;
    const teaser = make("figure", { className: "teaser" }, view);
    make("img", { src: picture.src, alt: picture.alt }, teaser);
    make("figcaption", { textContent: words }, teaser);
  }

  wake() {
    this.element.classList.add("awake");
  }

  end() {
    this.learners?.forEach((learner) => { learner.end(); });
    this.looking.disconnect();
    document.removeEventListener("visibilitychange", this.watch);
  }
}

/** An instrument with networks that learn the page's images; programs call the methods without an underscore. */
class LearningInstrument extends Instrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.learners = [];
    this.addLearner();
    this.settings = { digits: [...new Set(data.digits)].sort((a, b) => a - b), seed: 0, memories: 100, ...options };
    this.shown = {};
    this.begin();
  }

  addLearner() { this.learners.push(new Learner(() => this.changed(), ({ message }) => this.tell(message))); }

  get learner() { return this.learners[0]; }
  get images() { return this.learner.images; }
  get digits() { return this.learner.digits; }
  get epoch() { return this.learner.frame.epoch; }

  /** A new network from the seed, on the images of the chosen digits. */
  begin(start = null) {
    const { data, settings } = this, { digits, seed, memories } = settings;
    const rows = data.digits.flatMap((digit, row) => (digits.includes(digit) ? [row] : []));
    if (!rows.length) throw refuse("digits", digits, "digits of which the page has images");
    const images = new Float64Array(rows.length * data.pixels);
    rows.forEach((row, at) => images.set(data.images.subarray(row * data.pixels, (row + 1) * data.pixels), at * data.pixels));
    const chosen = rows.map((row) => data.digits[row]);
    this.learners.forEach((learner, at) => {
      learner.open({ images, digits: chosen, pixels: data.pixels, rule: this.rule(at), ...(start || startOf(seed, memories, data.pixels)) });
    });
  }

  rule() {
    const { n, rescaledTemperature, rate, momentum = 0 } = this.settings;
    return { n, rescaledTemperature, rate, momentum };
  }

  play() {
    this.wake();
    this.learners.forEach((learner) => { if (!learner.learning) learner.run(Infinity); });
  }

  pause() {
    return Promise.all(this.learners.map((learner) => learner.stop())).then(() => this.epoch);
  }

  async step(count = 1) {
    checked("step", count, "a whole number from 0", (x) => Number.isInteger(x) && x >= 0);
    this.wake();
    await Promise.all(this.learners.map((learner) => learner.run(count, true)));
    return this.epoch;
  }

  set(given) {
    const known = Object.fromEntries(Object.entries(given).map(([name, value]) => {
      if (!(name in CHECKS)) throw new RangeError(`${name}: no such setting.`);
      return [name, CHECKS[name](value)];
    }));
    const before = { ...this.settings };
    Object.assign(this.settings, known);
    try {
      if (["digits", "seed", "memories"].some((name) => name in known)) this.begin();
      else this.learners.forEach((learner, at) => learner.set(this.rule(at)));
    } catch (error) {
      this.settings = before;
      throw error;
    }
    for (const [name, value] of Object.entries(this.settings)) this.shown[name]?.show(value);
    this.changed();
  }

  load({ memories, labels }) {
    const start = { memories: table("memories", memories, this.data.pixels), labels: table("labels", labels, CATEGORIES) };
    if (start.memories.length / this.data.pixels !== start.labels.length / CATEGORIES) {
      throw new RangeError("memories and labels: must be equally many.");
    }
    this.wake();
    this.learners.forEach((learner) => learner.load(start.memories, start.labels));
  }

  snapshot() {
    const { epoch, memories, labels } = this.learner.frame;
    return { epoch, memories, labels };
  }

  /** The instrument's own views follow; the state in words does so at most every half second. */
  changed() {
    this.redraw();
    this.present?.();
    this.reported?.();
  }

  /** Play, step, anew; a slider through the epochs that were. */
  transport({ push = true, history = true } = {}) {
    this.playing = button(this.bar, "▶ Play", () => (this.learner.learning ? this.pause() : this.play()), { className: "play" });
    button(this.bar, "Step", () => this.step(1), { title: "one epoch" });
    button(this.bar, "Anew", () => this.try(() => { this.begin(); this.wake(); }), { title: "back to the start" });
    if (push) button(this.bar, "Push", () => { this.wake(); this.learner.push(0.15, Date.now() % 65536); }, { title: "add noise to every pixel and label" });
    const box = make("label", { className: "past" }, this.bar);
    make("span", { textContent: "epoch" }, box);
    this.slider = history && make("input", { type: "range", min: 0, max: 1, step: 1, value: 0, name: "epoch" }, box);
    this.clock = make("output", { textContent: "0" }, box);
    if (history) {
      this.slider.addEventListener("input", () => {
        this.wake();
        const { history: records } = this.learner, record = records[Number(this.slider.value)];
        if (record) this.learner.seek(record.epoch);
      });
    }
  }

  /** The memories, framed by `colour(k)`, under the still picture. */
  memoriesIn(parent, colour) {
    const draw = (pen, width) => mosaic(pen, this.learner.frame.memories, this.learner.count, [0, 0, width], colour);
    this.mosaic = this.canvas(parent, { name: "memories", label: "memories", ratio: 1, draw });
    this.tease(parent, "memories that have learnt: press play");
  }

  /** Records up to the epoch that is shown. */
  get past() { return this.learner.history.filter(({ epoch }) => epoch <= this.epoch); }

  /** Axes over epochs, which grow in jumps. */
  timeAxes(pen, box, more, ink) {
    const end = reach(this.epoch, 500);
    return axes(pen, box, { across: [0, end], xTicks: ticks(end), ...more }, ink);
  }

  /** The digit that a memory stands for, as a colour. */
  digitColour(k) { return BOOK.digits[standsFor(this.learner.frame.labels, k)]; }

  showTransport() {
    const { learning, history, frame } = this.learner;
    if (this.playing.classList.toggle("on", learning) !== this.wasLearning) {
      this.wasLearning = learning;
      this.playing.textContent = learning ? "❚❚ Pause" : "▶ Play";
    }
    this.clock.textContent = frame.epoch.toLocaleString("en");
    if (this.slider && (learning || this.slider !== document.activeElement)) {
      this.slider.max = Math.max(1, history.length - 1);
      let at = history.length - 1;
      while (at > 0 && history[at].epoch > frame.epoch) at--;
      this.slider.value = at;
    }
    if (this.slider) this.slider.setAttribute("aria-valuetext", `epoch ${frame.epoch}`);
  }

  /** Sliders for what may change while the network learns, and behind a fold what makes a new one. */
  knobs(...names) {
    const specs = {
      n: { words: "n", unit: "the power", min: 1.5, max: 60, step: 0.5 },
      rescaledTemperature: { words: "T\u1d63", unit: "temperature over the number of pixels", min: 0.3, max: 2, step: 0.01 },
      rate: { words: "rate", unit: "the largest change of a pixel in an epoch", min: 0.001, max: 0.05, step: 0.001 },
      momentum: { words: "momentum", min: 0, max: 0.95, step: 0.05 },
      memories: { words: "memories", min: 4, max: 196, step: 1 },
      seed: { words: "seed", min: 0, max: 20, step: 1 },
    };
    const more = make("details", { className: "more" });
    make("summary", { textContent: "more" }, more);
    for (const name of names) {
      const parent = ["n", "rescaledTemperature"].includes(name) ? this.controls : more;
      const value = this.settings[name] ?? 0, change = (given) => this.try(() => this.set({ [name]: given }));
      this.shown[name] = name === "digits"
        ? digitChips(parent, "digits", this.settings.digits, change)
        : number(parent, { name, value, change, ...specs[name] });
    }
    if (more.children.length > 1) this.controls.append(more);
  }
}

/** The digit that a memory stands for: its only label at +1, or −1. */
function standsFor(labels, k, at = 0.9) {
  let digit = -1;
  for (let c = 0; c < CATEGORIES; c++) {
    if (labels[k * CATEGORIES + c] < at) continue;
    if (digit >= 0) return -1;
    digit = c;
  }
  return digit;
}

/** The digit that leads in a memory's mixture. */
function leading(sums, k) {
  let best = 0;
  for (let c = 1; c < CATEGORIES; c++) if (sums[k * CATEGORIES + c] > sums[k * CATEGORIES + best]) best = c;
  return best;
}
