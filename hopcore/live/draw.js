// draw: a digit drawn by hand, its scores, and the memories that answer it, in two networks of low and of high n.

const LEARNT = 18; // rate × epochs after which the standard network has learnt
const PEN = 2.4, INK_BOX = 20; // pixels of an image: the pen's width, and the square that MNIST's digits fill
const FADED = 0.86; // how far a memory fades that does not answer

/** Scores of an image (N) as in hopcore.scores, and every memory's share of all activations aⁿ. */
function answer(image, memories, labels, n, temperature) {
  const pixels = image.length, overlaps = new Float64Array(labels.length / CATEGORIES).map(
    (_, k) => image.reduce((sum, value, p) => sum + value * memories[k * pixels + p], 0));
  const largest = Math.max(...overlaps, 0), powers = overlaps.map((h) => (h > 0 ? (h / largest) ** n : 0));
  const scale = Math.exp(Math.min(n * Math.log(largest / temperature), 600)), fields = new Float64Array(CATEGORIES);
  powers.forEach((power, k) => add(fields, power, labels, 0, CATEGORIES, k * CATEGORIES));
  const sum = powers.reduce((one, other) => one + other, 0) || 1;
  return { scores: fields.map((field) => Math.tanh(field * scale)), shares: powers.map((power) => power / sum) };
}

/** How many memories answer, 1/Σ share², and what the network says. */
function inWords({ scores, shares }) {
  const many = 1 / shares.reduce((sum, share) => sum + share * share, 0);
  if (!Number.isFinite(many)) return "no memory answers";
  return `${many < 9.95 ? many.toFixed(1) : Math.round(many)} memories answer, it says ${leading(scores, 0)}`;
}

/** Strokes [[x, y]…] as an image of MNIST's kind: as large as its digits, the ink's centre in the middle. */
function imageOf(strokes, side) {
  const ranges = [0, 1].map((at) => strokes.flat().map((point) => point[at]))
    .map((values) => [Math.min(...values), Math.max(...values)]);
  const scale = (INK_BOX - PEN) / Math.max(...ranges.map(([low, high]) => high - low), 0.25);
  const pen = make("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true });
  let middle = ranges.map(([low, high]) => (low + high) / 2), grey;
  for (let pass = 0; pass < 2; pass++) {
    pen.clearRect(0, 0, side, side);
    trace(pen, strokes, (point) => point.map((value, at) => side / 2 + (value - middle[at]) * scale), PEN);
    grey = pen.getImageData(0, 0, side, side).data.filter((_, byte) => byte % 4 === 3);
    const sum = (place) => grey.reduce((total, value, p) => total + value * place(p), 0), ink = sum(() => 1);
    const centre = [sum((p) => p % side) / ink, sum((p) => Math.floor(p / side)) / ink];
    middle = middle.map((old, at) => old + (centre[at] + 0.5 - side / 2) / scale);
  }
  return Float64Array.from(grey, (value) => (2 * value) / 255 - 1);
}

function trace(pen, strokes, at, width) {
  Object.assign(pen, { lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) line(pen, [...stroke, stroke[stroke.length - 1]].map(at), INK, width);
}

class DrawInstrument extends LearningInstrument {
  build() {
    this.settings.low ??= 3;
    this.addLearner();
    Object.assign(this, { strokes: [], image: null, shows: new Array(CATEGORIES).fill(0) });
    this.transport({ history: false });
    this.view({ pad: [1, "draw a digit here"] });
    this.view({ low: [1.8, "answers at low n"], high: [1.8, "answers at high n"] });
    button(this.controls, "Clear", () => this.put(null));
    button(this.controls, "Next", () => this.example(this.last ?? 0), { title: "another image of this digit" });
    const choose = ([digit]) => this.try(() => { this.example(digit); this.learn(); });
    this.chips = digitChips(this.controls, "or show a", [], choose, "radio");
    this.knobs("rate", "memories", "seed");
    const draws = (fresh) => (...at) => this.drawn(fresh, ...at);
    hand(this.canvases.pad, { pointerdown: draws(true), pointermove: draws(false) });
  }

  begin() {
    super.begin();
    if (this.last === undefined) this.example(this.settings.digits[1] ?? this.settings.digits[0]);
  }

  /** A point drawn with a mouse, a pen or a finger, in a stroke that may be new. */
  drawn(fresh, x, y) {
    if (!this.strokes.length) {
      if (!fresh) return;
      this.put(null);
    }
    if (fresh) this.strokes.push([]);
    const width = this.canvases.pad.element.clientWidth;
    this.strokes[this.strokes.length - 1].push([x / width, y / width]);
    this.image = imageOf(this.strokes, Math.sqrt(this.data.pixels));
    this.changed();
    if (fresh) this.learn();
  }

  /** Whoever asks networks that know nothing lets them learn. */
  learn() {
    if (this.epoch === 0 && !this.learner.learning) this.play();
  }

  /** An image (N) in the place of the drawing, or nothing. */
  put(image, digit = null) {
    Object.assign(this, { image, strokes: [], last: digit });
    this.chips([digit]);
    this.changed();
  }

  /** One of the page's images of a digit, and with every call the next. */
  example(digit) {
    const rows = this.data.rowsOf([digit]);
    this.put(this.data.image(rows[this.shows[digit]++ % rows.length]), digit);
  }

  rule(at = 0) { return { ...super.rule(), n: at === 1 ? this.settings.low : this.settings.n }; }

  /** As every network's, and `low`, the n of the other one; `image`, N numbers in [−1, 1], is shown to both. */
  set({ image, low = this.settings.low, ...given }) {
    const { pixels } = this.data, shown = image === undefined ? null : table("image", image, pixels);
    if (shown && !(shown.length === pixels && shown.every((value) => Math.abs(value) <= 1))) {
      throw new RangeError(`image: must be ${pixels} numbers in [−1, 1].`);
    }
    this.settings.low = check("n", low);
    super.set(given);
    if (shown) this.put(shown);
  }

  /** Until both have learnt; once more, on without an end. */
  play() {
    const left = Math.ceil(LEARNT / this.settings.rate) - this.epoch;
    this.wake();
    for (const each of this.learners) if (!each.learning) each.run(left > 0 ? left : Infinity);
  }

  /** The answer of one network. */
  answers(at) {
    const { image, data: { pixels }, learners: { [at]: { frame } } } = this, { n, rescaledTemperature } = this.rule(at);
    return answer(image || new Float64Array(pixels), frame.memories, frame.labels, n, rescaledTemperature * pixels);
  }

  /** The network at n, the image, and scores and shares at n and at low n; `other` is the network at low n. */
  snapshot() {
    const answers = [this.answers(0), this.answers(1)], { image, learners: [, { frame: other }] } = this;
    return { ...super.snapshot(), image, answers, other };
  }

  words() {
    if (!this.image) return "Draw a digit, or show one.";
    return `${[1, 0].map((at) => `n = ${this.rule(at).n}: ${inWords(this.answers(at))}`).join("; ")}.`;
  }

  pad(pen, width, height) {
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    if (!this.image) return text(pen, "draw a digit here", width / 2, height / 2, { align: "center", size: 15 });
    const byHand = this.strokes.length > 0;
    if (byHand) trace(pen, this.strokes, (point) => point.map((value) => value * width), width * 0.06);
    return mosaic(pen, this.image, 1, byHand ? [width - 66, 6, 60] : [1, 1, width - 2], undefined, 0);
  }

  low(...pen) { this.drawAnswer(1, ...pen); }

  high(...pen) { this.drawAnswer(0, ...pen); }

  /** Memories, faded where they do not answer, and the ten scores beside the largest. */
  drawAnswer(at, pen, width, height) {
    const { frame: { memories, labels }, count } = this.learners[at], { scores, shares } = this.answers(at);
    const size = Math.min(height - 36, width * 0.52), top = 20, { columns, of } = places(count), cell = size / columns;
    text(pen, `n = ${this.rule(at).n}`, 0, 8, { bold: true, size: 13 });
    text(pen, this.image ? inWords({ scores, shares }) : "", width, 8, { align: "right" });
    mosaic(pen, memories, count, [0, top, size], (k) => BOOK.digits[standsFor(labels, k)]);
    const strongest = Math.max(...shares, 1e-300);
    pen.globalCompositeOperation = "destination-out";
    shares.forEach((share, k) => {
      const [column, row] = of(k);
      pen.globalAlpha = FADED * (1 - share / strongest);
      pen.fillRect(column * cell, top + row * cell, cell, cell);
    });
    Object.assign(pen, { globalCompositeOperation: "source-over", globalAlpha: 1 });
    this.drawScores(pen, scores, [size + 28, top, width - size - 32, size]);
  }

  /** A bar for each score, to the left where it is negative. */
  drawScores(pen, scores, [left, top, width, height]) {
    const most = Math.max(...scores.map(Math.abs), 1e-300), best = leading(scores, 0);
    const row = height / CATEGORIES, zero = left + width / 2;
    scores.forEach((score, digit) => {
      const y = top + digit * row;
      text(pen, digit, left - 10, y + row / 2, { colour: BOOK.digits[digit], bold: true, align: "center" });
      pen.globalAlpha = this.image && digit === best ? 1 : 0.45;
      pen.fillRect(zero, y + 0.15 * row, score / most * width / 2, 0.7 * row);
      pen.globalAlpha = 1;
    });
    line(pen, [[zero, top], [zero, top + height]], INK, 0.8);
    if (!this.image) return;
    const end = most < 0.001 ? most.toExponential(0).replace("e-", "e−") : most.toPrecision(2);
    for (const [x, words, align] of [[left, `−${end}`, "left"], [zero, "score", "center"], [left + width, `+${end}`, "right"]]) {
      text(pen, words, x, top + height + 3, { align, base: "top", size: 10.5 });
    }
  }
}
