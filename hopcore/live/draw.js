// draw: a digit drawn by hand, its scores, and the memories that answer it, in two networks of low and of high n.

const LEARNT = 18; // rate × epochs after which the standard network has learnt
const PEN = 2.4, INK_BOX = 20; // pixels of an image: the pen's width, and the square that MNIST's digits fill
const FADED = 0.86; // how far a memory fades that does not answer

/** Scores of an image (N) as in hopcore.scores, and every memory's share of all activations aⁿ. */
function answer(image, memories, labels, n, temperature) {
  const count = labels.length / CATEGORIES, pixels = image.length, fields = new Float64Array(CATEGORIES);
  const overlaps = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let p = 0; p < pixels; p++) overlaps[k] += image[p] * memories[k * pixels + p];
  }
  const largest = Math.max(...overlaps, 0), powers = overlaps.map((h) => (h > 0 ? (h / largest) ** n : 0));
  const scale = Math.exp(Math.min(n * Math.log(largest / temperature), 600)), sum = powers.reduce((one, other) => one + other, 0);
  powers.forEach((power, k) => fields.forEach((_, c) => { fields[c] += power * labels[k * CATEGORIES + c]; }));
  return { scores: fields.map((field) => Math.tanh(field * scale)), shares: powers.map((power) => power / (sum || 1)) };
}

/** How many memories answer, 1/Σ share², and what the network says. */
function inWords({ scores, shares }) {
  const many = 1 / shares.reduce((sum, share) => sum + share * share, 0);
  if (!Number.isFinite(many)) return "no memory answers";
  return `${many < 9.95 ? many.toFixed(1) : Math.round(many)} memories answer, it says ${scores.indexOf(Math.max(...scores))}`;
}

/** Strokes [[x, y]…] as an image of MNIST's kind: as large as its digits, the ink's centre in the middle. */
function imageOf(strokes, side) {
  const [xs, ys] = [0, 1].map((at) => strokes.flat().map((point) => point[at])), [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - left, Math.max(...ys) - top], scale = (INK_BOX - PEN) / Math.max(width, height, 0.25);
  const pen = make("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true });
  let middle = [left + width / 2, top + height / 2], grey;
  for (let pass = 0; pass < 2; pass++) {
    pen.clearRect(0, 0, side, side);
    trace(pen, strokes, (point) => point.map((value, at) => side / 2 + (value - middle[at]) * scale), "#000", PEN);
    grey = pen.getImageData(0, 0, side, side).data.filter((_, byte) => byte % 4 === 3);
    const ink = grey.reduce((sum, value) => sum + value, 0), centre = (place) => grey.reduce((sum, value, p) => sum + value * place(p), 0) / ink;
    middle = [(p) => p % side, (p) => Math.floor(p / side)].map((place, at) => middle[at] + (centre(place) + 0.5 - side / 2) / scale);
  }
  return Float64Array.from(grey, (value) => (2 * value) / 255 - 1);
}

function trace(pen, strokes, at, colour, width) {
  Object.assign(pen, { lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) line(pen, [...stroke, stroke[stroke.length - 1]].map(at), colour, width);
}

class DrawInstrument extends LearningInstrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.settings.low ??= 3;
    this.addLearner();
    Object.assign(this, { side: Math.round(Math.sqrt(data.pixels)), strokes: [], known: [], image: null, shows: new Array(CATEGORIES).fill(0) });
    this.begin();
    this.transport({ push: false, history: false });
    const view = make("div", { className: "view" }, this.stage), side = make("div", { className: "view stack" }, this.stage);
    this.pad = this.canvas(view, { name: "plane", ratio: 1, label: "draw a digit here", draw: (...pen) => this.drawPad(...pen) });
    this.panels = [1, 0].map((at) => this.canvas(side, { name: "answer", ratio: 1.8, label: "", draw: (...pen) => this.drawAnswer(at, ...pen) }));
    button(this.controls, "Clear", () => this.show(null));
    button(this.controls, "Next", () => this.example(this.last ?? 0), { title: "another image of this digit" });
    this.chips = digitChips(this.controls, "or show a", [], ([digit]) => { this.example(digit); this.learn(); }, "radio");
    this.knobs("n", "rescaledTemperature", "rate", "memories", "seed");
    this.hands();
    this.example(this.settings.digits[1] ?? this.settings.digits[0]);
  }

  /** Draw with a mouse, a pen or a finger. */
  hands() {
    const { element } = this.pad, draw = (event) => {
      const { left, top, width } = element.getBoundingClientRect();
      this.strokes[this.strokes.length - 1].push([(event.clientX - left) / width, (event.clientY - top) / width]);
      this.image = imageOf(this.strokes, this.side);
      this.changed();
    };
    element.addEventListener("pointerdown", (event) => {
      if (event.isTrusted) element.setPointerCapture(event.pointerId);
      if (!this.strokes.length) this.show(null);
      this.strokes.push([]);
      draw(event);
      this.learn();
    });
    element.addEventListener("pointermove", (event) => { if (event.buttons & 1 && this.strokes.length) draw(event); });
  }

  /** Whoever asks networks that know nothing lets them learn. */
  learn() {
    if (this.epoch === 0 && !this.learner.learning) this.play();
  }

  /** An image (N) in the place of the drawing, or nothing. */
  show(image, digit = null) {
    Object.assign(this, { image, strokes: [], last: digit });
    this.chips.show([digit]);
    this.changed();
  }

  /** One of the page's images of a digit, and with every call the next. */
  example(digit) {
    const { digits, images, pixels } = this.data, rows = digits.flatMap((own, row) => (own === digit ? [row] : []));
    this.tell(rows.length ? "" : `The page has no ${digit}.`);
    if (!rows.length) return;
    const row = rows[this.shows[digit]++ % rows.length];
    this.show(images.slice(row * pixels, (row + 1) * pixels), digit);
  }

  rule(at = 0) {
    return { ...super.rule(), n: at === 1 ? this.settings.low : this.settings.n };
  }

  /** As every network's, and `low`, the n of the other one; `image`, N numbers in [−1, 1], is shown to both. */
  set({ image, low = this.settings.low, ...given }) {
    const { pixels } = this.data, shown = image === undefined ? null : table("image", image, pixels);
    if (shown && !(shown.length === pixels && shown.every((value) => Math.abs(value) <= 1))) throw new RangeError(`image: must be ${pixels} numbers in [−1, 1].`);
    this.settings.low = CHECKS.n(low);
    super.set(given);
    if (shown) this.show(shown);
  }

  /** Until both have learnt; once more, on without an end. */
  play() {
    const left = Math.ceil(LEARNT / this.settings.rate) - this.epoch;
    this.wake();
    for (const each of this.learners) if (!each.learning) each.run(left > 0 ? left : Infinity);
  }

  /** The answer of one network, computed once for a frame. */
  answers(at) {
    const { image, data: { pixels }, learners: { [at]: { frame } } } = this, { n, rescaledTemperature } = this.rule(at);
    const from = [image, frame, n, rescaledTemperature], known = this.known[at];
    if (known && from.every((each, which) => each === known.from[which])) return known.told;
    const shown = image || new Float64Array(pixels);
    const told = answer(shown, frame.memories, frame.labels, n, rescaledTemperature * pixels);
    this.known[at] = { from, told };
    return told;
  }

  /** The network at n, the image, and scores and shares at n and at low n; `other` is the network at low n. */
  snapshot() {
    return { ...super.snapshot(), image: this.image, answers: [this.answers(0), this.answers(1)], other: this.learners[1].frame };
  }

  present() {
    if (!this.panels) return;
    this.showTransport();
    const words = [1, 0].map((at) => `n = ${this.rule(at).n}: ${inWords(this.answers(at))}`);
    this.panels.forEach((panel, at) => panel.say(words[at]));
    this.state.textContent = this.image ? `${words.join("; ")}.` : "Draw a digit, or show one.";
  }

  drawPad(pen, width, height, ink) {
    pen.strokeStyle = ink;
    pen.lineWidth = 1;
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    if (!this.image) return text(pen, "draw a digit here", width / 2, height / 2, { colour: ink, align: "center", size: 15 });
    const drawn = this.strokes.length > 0;
    if (drawn) trace(pen, this.strokes, (point) => point.map((value) => value * width), ink, width * 0.06);
    return mosaic(pen, this.image, 1, drawn ? [width - 66, 6, 60] : [1, 1, width - 2], undefined, 0);
  }

  /** Memories, faded where they do not answer, and the ten scores beside the largest. */
  drawAnswer(at, pen, width, height, ink) {
    const { frame: { memories, labels }, count } = this.learners[at], { scores, shares } = this.answers(at), size = Math.min(height - 36, width * 0.52);
    text(pen, `n = ${this.rule(at).n}`, 0, 8, { colour: ink, bold: true, size: 13 });
    text(pen, this.image ? inWords({ scores, shares }) : "", width, 8, { colour: ink, align: "right" });
    mosaic(pen, memories, count, [0, 20, size], (k) => BOOK.digits[standsFor(labels, k)]);
    const columns = Math.ceil(Math.sqrt(count)), cell = size / columns, strongest = Math.max(...shares, 1e-300);
    pen.globalCompositeOperation = "destination-out";
    shares.forEach((share, k) => {
      pen.globalAlpha = FADED * (1 - share / strongest);
      pen.fillRect((k % columns) * cell, 20 + Math.floor(k / columns) * cell, cell, cell);
    });
    Object.assign(pen, { globalCompositeOperation: "source-over", globalAlpha: 1 });
    const row = size / CATEGORIES, left = size + 28, half = (width - left - 4) / 2, zero = left + half, best = scores.indexOf(Math.max(...scores));
    const most = Math.max(...scores.map(Math.abs), 1e-300), most2 = most < 0.001 ? most.toExponential(0).replace("e-", "e−") : most.toPrecision(2);
    scores.forEach((score, digit) => {
      const y = 20 + digit * row, end = zero + score / most * half;
      text(pen, String(digit), left - 10, y + row / 2, { colour: BOOK.digits[digit], bold: true, align: "center" });
      pen.globalAlpha = this.image && digit === best ? 1 : 0.45;
      pen.fillRect(Math.min(zero, end), y + 0.15 * row, Math.abs(end - zero), 0.7 * row);
      pen.globalAlpha = 1;
    });
    line(pen, [[zero, 20], [zero, 20 + size]], ink, 0.8);
    if (!this.image) return;
    for (const [place, words, align] of [[left, `−${most2}`, "left"], [zero, "score", "center"], [width, `+${most2}`, "right"]]) {
      text(pen, words, place, 23 + size, { colour: ink, align, base: "top", size: 10.5 });
    }
  }
}
