// What the instruments share in which networks learn the page's images: play, step, settings, the past.

class LearningInstrument extends Instrument {
  prepare() {
    const { data, settings, layout } = this, picture = this.element.querySelector(".still img")?.cloneNode();
    this.settings = { digits: [...new Set(data.digits)].sort(apart), seed: 0, memories: 100, ...settings };
    this.first = this.settings;
    this.addNetwork();
    this.transport(layout.past);
    if (!picture || !this.canvases.memories) return;
    const teaser = make("figure", { className: "teaser" }, this.canvases.memories.element.parentNode);
    teaser.append(picture, make("figcaption", { textContent: "memories that have learnt: press play" }));
  }

  addNetwork() {
    const seen = () => this.inSight !== false && !document.hidden, most = this.layout.past ? MOST_RECORDS : 1;
    this.networks.push(new Network(() => this.changed(), seen, most));
  }

  get network() { return this.networks[0]; }
  get images() { return this.network.images; }
  get digits() { return this.network.digits; }
  get epoch() { return this.network.epoch; }
  get categories() { return this.data.names.length; }
  state() { return this.network.state(); }

  /** A new network from the seed, on the images of the chosen digits. */
  begin() {
    const { data, categories, settings: { seed, memories, spread, digits: held } } = this, { pixels } = data;
    const rows = data.rowsOf(held), digits = rows.map((row) => data.digits[row]);
    const images = Float64Array.from(rows.flatMap((row) => [...data.image(row)]));
    const start = startOf(seed, memories, pixels, categories, spread), own = { images, digits, pixels, categories };
    this.networks.forEach((each, at) => each.open({ ...own, rule: this.rule(at), ...start }));
  }

  rule() {
    const { n, rescaledTemperature, rate, momentum } = this.settings;
    return { n, rescaledTemperature, rate, momentum };
  }

  play(count = Infinity) {
    for (const each of this.networks) if (!each.learning) each.run(count > 0 ? count : Infinity);
  }

  async pause() {
    for (const each of this.networks) each.stop();
    return this.epoch;
  }

  async step(count = 1) {
    if (!(Number.isInteger(count) && count >= 0)) throw refuse("step", count, "a whole number from 0");
    await Promise.all(this.networks.map((each) => each.run(count, true)));
    return this.epoch;
  }

  async push(spread = 0.15) { this.network.push(spread, Date.now() % 65536); }

  anew() { this.set({ seed: this.settings.seed }); }

  set(given) {
    const before = this.settings, now = { ...before, ...checkAll(given, before) };
    now.digits = [...now.digits].sort(apart);
    if ("digits" in given) this.data.rowsOf(now.digits); // which refuses digits that the page lacks
    this.settings = now;
    if (!this.digits || ["digits", "seed", "memories", "spread"].some((name) => name in given)) this.begin();
    this.networks.forEach((each, at) => { each.rule = this.rule(at); });
    this.show();
    this.changed();
  }

  load(given) {
    const { pixels } = this.data, memories = table("memories", given.memories, pixels);
    const labels = table("labels", given.labels, this.categories);
    if (memories.length / pixels !== labels.length / this.categories) {
      throw new RangeError("memories and labels: must be equally many.");
    }
    for (const each of this.networks) each.open({ ...each, memories, labels });
    this.element.classList.add("awake");
    this.changed();
  }

  /** All that is shown follows the network; the teaser goes when something has moved. */
  changed() {
    if (this.network.learner) this.element.classList.add("awake");
    this.redraw();
    this.showTransport();
    this.say(`Epoch ${this.epoch}. ${this.words()}`);
    this.reported?.();
  }

  /** Play and pause; a slider through the epochs that were. */
  transport(past) {
    const { network, bar } = this, playOrPause = () => (network.learning ? this.pause() : this.play());
    this.playing = button(bar, "", playOrPause, { className: "play" });
    const box = make("label", { className: "past", textContent: "epoch" }, bar);
    this.slide = make("input", { type: "range", min: 0, name: "epoch", hidden: !past }, box);
    this.clock = make("output", {}, box);
    this.slide.addEventListener("input", () => {
      const record = network.history[Number(this.slide.value)];
      if (record) network.seek(record);
    });
  }

  showTransport() {
    const { playing, slide, epoch, network: { learning, history } } = this;
    const words = learning ? "❚❚ Pause" : "▶ Play";
    if (playing.textContent !== words) playing.textContent = words;
    this.clock.textContent = epoch.toLocaleString("en");
    slide.setAttribute("aria-valuetext", `epoch ${epoch}`);
    if (!learning && slide === document.activeElement) return;
    Object.assign(slide, { max: Math.max(1, history.length - 1), value: this.past.length - 1 });
  }

  /** As pictures, or, where the data are none, as rows of a table in the order of their categories. */
  memories(pen, width, height) {
    const { network: { memories, labels, count }, data: { picture, pixels, names }, categories } = this;
    if (picture) return mosaic(pen, memories, count, [0, 0, width], (k) => this.colour(k), 3, undefined, picture);
    const own = range(count).map((k) => leading(labels, k, categories));
    const order = range(count).sort((one, other) => own[one] - own[other]);
    const said = order.map((k) => ({ name: names[own[k]], colour: this.colour(k) || INK }));
    const row = (k) => memories.subarray(k * pixels, (k + 1) * pixels);
    return heatMap(pen, order.map(row), [width, height], said, this.settings.genes);
  }

  /** The colour of the digit that a memory stands for. */
  colour(k) { return this.data.colours[standsFor(this.network.labels, k, this.categories)]; }

  /** How many memories stand for each digit. */
  held(labels = this.network.labels) {
    const own = range(this.network.count).map((k) => standsFor(labels, k, this.categories));
    return range(this.categories).map((digit) => own.filter((each) => each === digit).length);
  }

  get past() { return this.network.past(); }

  /** A strip for each digit, filled as high as `part(record, digit)` of 1; `told(digit)` is at its end. */
  strips(pen, width, height, part, told) {
    const { past, network, data: { names, colours } } = this, chosen = [...new Set(this.digits)].sort(apart);
    const { length } = chosen, left = 8 + 7 * Math.min(Math.max(...chosen.map((digit) => names[digit].length)), 14);
    const axes = this.timeAxes(pen, [left, 4, width - left - 30, height - 34], { up: [0, length] });
    const row = axes.box[3] / length;
    chosen.reverse().forEach((digit, base) => {
      const colour = colours[digit], middle = axes.above(base + 0.5);
      const top = (record) => [record.epoch, base + 0.95 * part(record, digit)];
      axes.area([...past, network].map(top), [[0, base], [network.epoch, base]], colour);
      axes.line([[0, base], [axes.across[1], base]], colour, 1);
      text(pen, names[digit].slice(0, 14), 2, middle, { bold: true, size: Math.min(12, row) });
      text(pen, told(digit), width, middle, { align: "right", size: Math.min(11, row) });
    });
  }

  /** Axes over epochs, which grow in jumps. */
  timeAxes(pen, box, more) {
    let end = 500;
    while (end < Math.max(this.epoch, this.predicted?.() ?? 0)) end = Math.round(end * 1.5);
    return new Axes(pen, box, { across: [0, end], xTicks: ticks(end), xName: "epoch", up: [0, 1], ...more });
  }
}

/** The digit that a memory stands for: its only label at +1, or −1. */
function standsFor(labels, k, categories) {
  const high = range(categories).filter((c) => labels[k * categories + c] >= 0.9);
  return high.length === 1 ? high[0] : -1;
}

/** The digit that leads in a memory's mixture. */
function leading(sums, k = 0, categories = sums.length) {
  const own = sums.subarray(k * categories, (k + 1) * categories);
  return own.indexOf(Math.max(...own));
}
