// draw: a digit drawn by hand, its scores, and the memories that answer it, in two networks of low and of high n.

const LEARNT = 18; // rate × epochs after which the standard network has learnt
const PEN = 2.4, INK_BOX = 20; // pixels of an image: the pen's width, and the square that MNIST's digits fill
const FADED = 0.86; // how far a memory fades that does not answer

/** Scores of an image (N) as in hopcore.scores, and every memory's share of all activations aⁿ. */
function answer(image, memories, labels, n, temperature) {
  const count = labels.length / CATEGORIES, pixels = image.length, shares = new Float64Array(count), fields = new Float64Array(CATEGORIES);
  for (let k = 0; k < count; k++) {
    for (let p = 0; p < pixels; p++) shares[k] += memories[k * pixels + p] * image[p];
  }
  const largest = Math.max(...shares, 0), sum = shares.reduce((all, h, k) => all + (shares[k] = h > 0 ? (h / largest) ** n : 0), 0);
  const scale = Math.exp(Math.min(n * Math.log(largest / temperature), 600));
  shares.forEach((power, k) => fields.forEach((_, c) => { fields[c] += power * labels[k * CATEGORIES + c]; }));
  return { scores: fields.map((field) => Math.tanh(field * scale)), shares: sum > 0 ? shares.map((power) => power / sum) : shares };
}

/** Strokes [[x, y]…] as an image of MNIST's kind: as large as its digits, the ink's centre in the middle. */
function imageOf(strokes, side) {
  const points = strokes.flat(), xs = points.map(([x]) => x), ys = points.map(([, y]) => y), image = new Float64Array(side * side).fill(-1);
  if (!points.length) return image;
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (INK_BOX - PEN) / Math.max(right - left, bottom - top, 0.25), pen = make("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true });
  let middle = [(left + right) / 2, (top + bottom) / 2], grey;
  for (let pass = 0; pass < 2; pass++) {
    pen.clearRect(0, 0, side, side);
    Object.assign(pen, { lineCap: "round", lineJoin: "round" });
    const at = ([x, y]) => [side / 2 + (x - middle[0]) * scale, side / 2 + (y - middle[1]) * scale];
    for (const stroke of strokes) line(pen, [...stroke, stroke[stroke.length - 1]].map(at), "#000", PEN);
    grey = pen.getImageData(0, 0, side, side).data.filter((_, byte) => byte % 4 === 3);
    const ink = grey.reduce((sum, value) => sum + value, 0) || 1;
    const centre = (of) => grey.reduce((sum, value, p) => sum + value * (of(p) + 0.5 - side / 2), 0) / ink / scale;
    middle = [middle[0] + centre((p) => p % side), middle[1] + centre((p) => Math.floor(p / side))];
  }
  return image.map((_, p) => (2 * grey[p]) / 255 - 1);
}

class DrawInstrument extends LearningInstrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.settings.low ??= 3;
    this.learners.push(new Learner(() => this.changed()));
    Object.assign(this, { side: Math.round(Math.sqrt(data.pixels)), strokes: [], image: null, next: new Array(CATEGORIES).fill(0) });
    this.begin();
    this.transport({ push: false, history: false });
    const view = make("div", { className: "view" }, this.stage), side = make("div", { className: "view stack" }, this.stage);
    this.pad = this.canvas(view, { name: "plane", ratio: 1, label: "draw a digit here", draw: (...pen) => this.drawPad(...pen) });
    this.panels = [1, 0].map((at) => this.canvas(side, { name: "answer", ratio: 1.9, label: "", draw: (...pen) => this.drawAnswer(at, ...pen) }));
    button(this.controls, "Clear", () => this.show(null));
    this.chips = digitChips(this.controls, "or show a", [], ([digit]) => this.example(digit), "radio");
    button(this.controls, "Next", () => this.example(this.last ?? 0), { title: "another image of this digit" });
    this.knobs("rescaledTemperature", "n", "rate", "memories", "seed");
    this.hands();
    this.example(this.settings.digits[0]);
  }

  /** Draw with a mouse, a pen or a finger. */
  hands() {
    const { element } = this.pad, at = (event) => {
      const { left, top, width } = element.getBoundingClientRect();
      return [(event.clientX - left) / width, (event.clientY - top) / width];
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.isTrusted) element.setPointerCapture(event.pointerId);
      if (!this.strokes.length) this.show(null);
      this.strokes.push([at(event)]);
      this.drawn();
    });
    element.addEventListener("pointermove", (event) => {
      if (!(event.buttons & 1) || !this.strokes.length) return;
      this.strokes[this.strokes.length - 1].push(at(event));
      this.drawn();
    });
  }

  drawn() {
    this.image = imageOf(this.strokes, this.side);
    this.changed();
  }

  /** An image (N) in the place of the drawing, or nothing. */
  show(image) {
    Object.assign(this, { image, strokes: [], last: null });
    this.chips.show([]);
    this.changed();
  }

  /** One of the page's images of a digit, and with every call the next. */
  example(digit) {
    const { digits, images, pixels } = this.data, rows = digits.flatMap((own, row) => (own === digit ? [row] : []));
    if (!rows.length) return this.tell(`The page has no ${digit}.`);
    const row = rows[this.next[digit]++ % rows.length];
    this.tell("");
    this.show(images.slice(row * pixels, (row + 1) * pixels));
    this.chips.show([digit]);
    this.last = digit;
    return row;
  }

  rule(at = 0) {
    return { ...super.rule(), n: at === 1 ? this.settings.low : this.settings.n };
  }

  /** As every network's, and `low`, the n of the other one; `image`, numbers in [−1, 1], is shown to both. */
  set({ image, low, ...given }) {
    if (low !== undefined) this.settings.low = CHECKS.n(low);
    super.set(given);
    if (image === undefined) return;
    if (!(image?.length === this.data.pixels)) throw new RangeError(`image: must be ${this.data.pixels} numbers in [−1, 1].`);
    this.show(table("image", Array.from(image, (value) => within(value, -1, 1)), this.data.pixels));
  }

  /** Until both have learnt. */
  play() {
    this.wake();
    const left = Math.ceil(LEARNT / this.settings.rate) - this.epoch;
    for (const each of this.learners) if (!each.learning) each.run(left > 0 ? left : Infinity);
  }

  answers(at) {
    const { memories, labels } = this.learners[at].frame, { n, rescaledTemperature } = this.rule(at);
    return answer(this.image || new Float64Array(this.data.pixels), memories, labels, n, rescaledTemperature * this.data.pixels);
  }

  /** The state of the network at n; `answers` has scores and shares at n and at low n. */
  snapshot() {
    return { ...super.snapshot(), image: this.image, answers: [this.answers(0), this.answers(1)] };
  }

  present() {
    if (!this.panels) return;
    this.showTransport();
    this.pad.request();
    const words = [1, 0].map((at) => `at n = ${this.rule(at).n} ${inWords(this.answers(at))}`);
    this.panels.forEach((panel, at) => panel.say(words[at]));
    this.state.textContent = this.image ? `Epoch ${this.epoch}: ${words.join("; ")}.` : "Draw a digit, or show one.";
  }

  drawPad(pen, width, height, ink) {
    if (this.image && !this.strokes.length) mosaic(pen, this.image, 1, [0, 0, width]);
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    if (!this.image) text(pen, "draw a digit here", width / 2, height / 2, { colour: ink, align: "center", size: 15 });
    if (!this.strokes.length) return;
    Object.assign(pen, { lineCap: "round", lineJoin: "round" });
    for (const stroke of this.strokes) line(pen, [...stroke, stroke[stroke.length - 1]].map(([x, y]) => [x * width, y * width]), ink, width * 0.06);
    mosaic(pen, this.image, 1, [width - 66, 6, 60]);
    text(pen, "what it sees", width - 36, 76, { colour: ink, align: "center", size: 11 });
  }

  /** Memories, faded where they do not answer, and the ten scores. */
  drawAnswer(at, pen, width, height, ink) {
    const { frame: { memories, labels }, count } = this.learners[at], { scores, shares } = this.answers(at), size = Math.min(height - 22, width * 0.52);
    text(pen, `n = ${this.rule(at).n}`, 0, 8, { colour: ink, bold: true });
    text(pen, this.image ? inWords({ scores, shares }) : "", width, 8, { colour: ink, align: "right" });
    mosaic(pen, memories, count, [0, 20, size], (k) => BOOK.digits[standsFor(labels, k)]);
    const columns = Math.ceil(Math.sqrt(count)), cell = size / columns, strongest = Math.max(...shares, 1e-300);
    pen.globalCompositeOperation = "destination-out";
    shares.forEach((share, k) => {
      pen.globalAlpha = FADED * (1 - share / strongest);
      pen.fillRect((k % columns) * cell, 20 + Math.floor(k / columns) * cell, cell, cell);
    });
    Object.assign(pen, { globalCompositeOperation: "source-over", globalAlpha: 1 });
    const row = size / CATEGORIES, left = size + 30, half = (width - left - 4) / 2, zero = left + half, best = scores.indexOf(Math.max(...scores));
    scores.forEach((score, digit) => {
      const y = 20 + digit * row, said = this.image && digit === best;
      text(pen, String(digit), left - 10, y + row / 2, { colour: BOOK.digits[digit], bold: true, align: "center" });
      pen.globalAlpha = said ? 1 : 0.45;
      pen.fillStyle = BOOK.digits[digit];
      pen.fillRect(Math.min(zero, zero + score * half), y + 0.15 * row, Math.abs(score) * half, 0.7 * row);
      pen.globalAlpha = 1;
    });
    line(pen, [[zero, 20], [zero, 20 + size]], ink, 0.8);
    for (const [value, words] of [[-1, "−1"], [0, "score 0"], [1, "+1"]]) {
      if (height - size > 34) text(pen, words, zero + value * (half - 6), 26 + size, { colour: ink, align: "center", base: "top", size: 10 });
    }
  }
}

/** How many memories answer, 1/Σ share², and what the network says. */
function inWords({ scores, shares }) {
  const all = shares.reduce((sum, share) => sum + share * share, 0), best = scores.indexOf(Math.max(...scores));
  if (!(all > 0)) return "no memory answers";
  const many = 1 / all;
  return `${many < 9.95 ? many.toFixed(1) : Math.round(many)} memories answer: ${best}`;
}
