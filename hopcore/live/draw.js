// draw: a digit drawn by hand, and which memories answer it in two networks, of low and of high n.

const LEARNT = 18; // rate × epochs after which the standard network has learnt
const PEN = 2.4, INK_BOX = 20; // pixels of an image: the pen's width, and the square that MNIST's digits fill
const FAINT = 0.14; // what is left of a memory that does not answer

/** Scores of an image (N) as in hopcore.scores, and every memory's share of all activations aⁿ. */
function answer(image, memories, labels, n, temperature, C) {
  const { length } = image, overlaps = range(labels.length / C)
    .map((k) => dot(image, memories, k * length));
  const largest = Math.max(...overlaps, 0), powers = overlaps.map((h) => (h > 0 ? (h / largest) ** n : 0));
  const scale = Math.exp(Math.min(n * Math.log(largest / temperature), 600)), total = sum(powers) || 1;
  const scores = new Float64Array(C);
  powers.forEach((power, k) => add(scores, power * scale, labels, 0, C, k * C));
  return { scores: scores.map(Math.tanh), shares: powers.map((power) => power / total) };
}

/** How many memories answer, 1/Σ share², and what the network says. */
function inWords({ scores, shares }, names) {
  const many = 1 / sum(shares.map((share) => share * share));
  if (!Number.isFinite(many)) return "no memory answers";
  return `${many < 9.95 ? many.toFixed(1) : Math.round(many)} memories answer, it says ${names[leading(scores)]}`;
}

/** Strokes [[x, y]…] as an image of MNIST's kind: as large as its digits, the ink's centre in the middle. */
function imageOf(strokes, side) {
  const points = strokes.flat(), ends = [0, 1].map((axis) => points.map((point) => point[axis]))
    .map((all) => [Math.min(...all), Math.max(...all)]);
  const scale = (INK_BOX - PEN) / Math.max(...ends.map(([low, high]) => high - low), 0.25);
  const pen = make("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true });
  let middle = ends.map(([low, high]) => (low + high) / 2), grey;
  for (let pass = 0; pass < 2; pass++) {
    pen.clearRect(0, 0, side, side);
    trace(pen, strokes, (point) => point.map((x, axis) => side / 2 + (x - middle[axis]) * scale), PEN);
    grey = [...pen.getImageData(0, 0, side, side).data.filter((_, byte) => byte % 4 === 3)];
    const centre = [(p) => p % side, (p) => Math.floor(p / side)]
      .map((of) => sum(grey.map((ink, p) => ink * of(p))) / sum(grey));
    middle = middle.map((old, axis) => old + (centre[axis] + 0.5 - side / 2) / scale);
  }
  return Float64Array.from(grey, (value) => 2 * value / 255 - 1);
}

function trace(pen, strokes, at, width) {
  Object.assign(pen, { lineCap: "round", lineJoin: "round" });
  for (const stroke of strokes) line(pen, [...stroke, stroke.at(-1)].map(at), INK, width);
}

class DrawInstrument extends LearningInstrument {
  build() {
    this.settings.low ??= 3;
    this.addNetwork();
    Object.assign(this, { strokes: [], image: null });
    const choose = ([digit]) => this.try(() => { this.example(digit); this.learn(); });
    this.chips = digitChips(this.controls, "or show a", [], choose, this.data, "radio");
    const draws = (fresh) => (...at) => this.drawn(fresh, ...at);
    hand(this.canvases.pad, { pointerdown: draws(true), pointermove: draws(false) });
  }

  begin() {
    super.begin();
    if (this.last === undefined) this.example(this.settings.digits[1] ?? this.settings.digits[0]);
  }

  /** A point drawn with a mouse, a pen or a finger, in a stroke that may be `fresh`. */
  drawn(fresh, x, y) {
    if (!this.strokes.length && !fresh) return;
    if (!this.strokes.length) this.put(null);
    if (fresh) this.strokes.push([]);
    this.strokes.at(-1).push([x, y].map((each) => each / this.canvases.pad.element.clientWidth));
    this.image = imageOf(this.strokes, Math.sqrt(this.data.pixels));
    this.changed();
    if (fresh) this.learn();
  }

  /** Whoever asks networks that know nothing lets them learn. */
  learn() {
    if (this.epoch === 0 && !this.network.learning) this.play();
  }

  /** An image (N) in the place of the drawing, or nothing. */
  put(image, digit = null) {
    Object.assign(this, { image, strokes: [], last: digit });
    this.chips([digit]);
    this.changed();
  }

  /** One of the page's images of a digit. */
  example(digit = this.last ?? 0) { this.put(this.data.image(this.data.any(digit)), digit); }

  rule(at = 0) { return { ...super.rule(), n: at === 1 ? this.settings.low : this.settings.n }; }

  /** As every network's, and `low`, the n of the other; `image`, N numbers in [−1, 1], is shown to both. */
  set({ image, low = this.settings.low, ...given }) {
    const { pixels } = this.data, shown = image === undefined ? null : table("image", image, pixels);
    const fits = !shown || (shown.length === pixels && shown.every((value) => Math.abs(value) <= 1));
    if (!fits) throw new RangeError(`image: must be ${pixels} numbers in [−1, 1].`);
    this.settings.low = check("n", low);
    super.set(given);
    if (shown) this.put(shown);
  }

  /** Until both have learnt; once more, on without an end. */
  play() { super.play(Math.ceil(LEARNT / this.settings.rate) - this.epoch); }

  /** The answer of one network. */
  answers(at) {
    const { memories, labels } = this.networks[at], { n, rescaledTemperature } = this.rule(at);
    const image = this.image || new Float64Array(this.data.pixels);
    return answer(image, memories, labels, n, rescaledTemperature * image.length, this.categories);
  }

  /** The network at n, the image, and scores and shares at n and low n; `other` is the network at low n. */
  state() {
    const answers = [this.answers(0), this.answers(1)], { image, networks: [, other] } = this;
    return { ...super.state(), image, answers, other: other.state() };
  }

  words() {
    const told = [1, 0].map((at) => `n = ${this.rule(at).n}: ${inWords(this.answers(at), this.data.names)}`);
    return this.image ? `${told.join("; ")}.` : "Draw a digit, or show one.";
  }

  pad(pen, width, height) {
    pen.strokeRect(0.5, 0.5, width - 1, height - 1);
    trace(pen, this.strokes, (point) => point.map((value) => value * width), width * 0.06);
    const box = this.strokes.length ? [width - 66, 6, 60] : [1, 1, width - 2];
    if (this.image) mosaic(pen, this.image, 1, box, undefined, 0);
  }

  low(...pen) { this.drawAnswer(1, ...pen); }
  high(...pen) { this.drawAnswer(0, ...pen); }

  /** Memories, faded where they do not answer, and the ten scores beside the largest. */
  drawAnswer(at, pen, width, height) {
    const { memories, labels, count } = this.networks[at], { scores, shares } = this.answers(at);
    const size = Math.min(height - 36, width * 0.52), strongest = Math.max(...shares, 1e-300);
    text(pen, `n = ${this.rule(at).n}`, 0, 8, { bold: true, size: 13 });
    if (this.image) text(pen, inWords({ scores, shares }, this.data.names), width, 8, { align: "right" });
    const frames = (k) => this.data.colours[standsFor(labels, k, this.categories)];
    const shades = (k) => FAINT + (1 - FAINT) * shares[k] / strongest;
    mosaic(pen, memories, count, [0, 20, size], frames, 3, shades);
    this.drawScores(pen, scores, [size + 30, 20, width - size - 34, size]);
  }

  /** A bar for each score, to the left where it is negative. */
  drawScores(pen, scores, [left, top, width, height]) {
    const most = Math.max(...scores.map(Math.abs), 1e-300), best = this.image && leading(scores);
    const { names, colours } = this.data, row = height / scores.length, zero = left + width / 2;
    scores.forEach((score, digit) => {
      const y = top + digit * row, fillStyle = digit === best ? INK : faint(INK);
      text(pen, names[digit], left - 9, y + row / 2, { bold: true, align: "right" });
      disc(pen, left - 3, y + row / 2, 3, colours[digit]);
      Object.assign(pen, { fillStyle }).fillRect(zero, y + 0.15 * row, score / most * width / 2, 0.7 * row);
    });
    line(pen, [[zero, top], [zero, top + height]], INK, 0.8);
    const told = most < 0.001 ? most.toExponential(0).replace("e-", "e−") : most.toPrecision(2);
    if (this.image) text(pen, `scores to ±${told}`, zero, top + height + 9, { align: "center", size: 10.5 });
  }
}
