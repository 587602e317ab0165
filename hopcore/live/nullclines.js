// nullclines: one memory and two digits in a plane; where they rest, and where a memory or a pair goes from a click.
//
// What is followed is learning itself (rule.js) on two images of these overlaps, so a pair parts as it does in a network.

const FOLLOW_RATE = 0.002, PER_FRAME = 16, LONGEST = 12000; // epochs; after the last a memory that still moves is left alone
const PART = 1e-4; // how far from the start the memories of a pair begin, to both sides
const PATHS = ["#3c78d8", "#2d9d6e"]; // hopcore.plotting.nullclines
const SHOWN = [-0.1, 1.1], POWERS = [2, 60], IMAGES_SHOWN = 5;

/** Memories that learn two images from one place, and the trail of each: [ℓ, x, ℓ, x …]. */
class Followed {
  constructor({ aa, ab, bb, copies }, x, ell) {
    const features = pairFeatures(aa, ab, bb), count = Math.min(copies, 100);
    Object.assign(this, { size: features.size, count, learner: learningRule(features, [0, 1], count), left: LONGEST });
    const { labels, weights, kept, overlaps, overlapsOf } = this.learner;
    kept.fill(0);
    for (let k = 0; k < count; k++) {
      const shift = count > 1 ? (k % 2 ? -PART : PART) : 0, { a, b } = place(x + shift), label = within(ell + shift, -1, 1);
      weights.set([a, b], k * this.size);
      labels.fill(-1, k * CATEGORIES, (k + 1) * CATEGORIES);
      labels.set([label, -label], k * CATEGORIES);
    }
    overlapsOf(weights, overlaps);
    this.trails = Array.from({ length: count }, () => []);
    this.mark();
  }

  mark() {
    for (let k = 0; k < this.count; k++) this.trails[k].push(this.learner.labels[k * CATEGORIES], positionOf(...this.coefficients(k)));
  }

  coefficients(k) {
    return this.learner.weights.subarray(k * this.size, k * this.size + 2);
  }

  /** Some epochs; a memory alone that no longer moves has arrived. */
  move({ n, temperature }, epochs) {
    for (let at = 0; at < epochs; at++) this.learner.epoch({ n, rescaledTemperature: temperature, rate: FOLLOW_RATE, momentum: 0 });
    this.left -= epochs;
    this.mark();
    const [ell, x, ellNow, xNow] = this.trails[0].slice(-4);
    if (this.count === 1 && Math.abs(ellNow - ell) + Math.abs(xNow - x) < 1e-6) this.left = 0;
  }
}

class NullclinesInstrument extends Instrument {
  constructor(element, options, data) {
    super(element, options, data);
    const { n, temperature, aa, ab, bb, copies = 2 } = options;
    Object.assign(this, { settings: { n, temperature, aa, ab, bb, copies }, pair: null, followed: [], cross: [0.5, 0.8] });
    button(this.bar, "▶ Start", () => this.start(...this.cross), { className: "play", title: "from the cross" });
    const kinds = make("select", { "aria-label": "what starts" }, this.bar);
    for (const [value, words] of [[1, "one memory"], [2, "two memories"]]) make("option", { value, textContent: words }, kinds);
    kinds.addEventListener("change", () => this.try(() => this.set({ copies: Number(kinds.value) })));
    button(this.bar, "Clear", () => { this.followed = []; this.redraw(); });
    this.plane = this.canvas(make("div", { className: "view" }, this.stage), {
      name: "plane", ratio: 1, label: "", draw: (...pen) => this.drawPlane(...pen),
    });
    const side = make("div", { className: "view stack" }, this.stage);
    this.diagramView = this.canvas(side, {
      name: "plane", ratio: 1.5, label: "bifurcation diagram: fixed points over n; a click chooses n", draw: (...pen) => this.drawDiagram(...pen),
    });
    this.row = this.canvas(side, { name: "memories", ratio: IMAGES_SHOWN * 0.8, label: "memories", draw: (...pen) => this.drawMemories(...pen) });
    const specs = [
      ["n", "n", "the power", 1.5, 60, 0.1], ["temperature", "T", "temperature, in the units of the overlaps", 300, 1000, 1],
      ["aa", "A·A", "overlap of A with itself", 300, 784, 1], ["ab", "A·B", "overlap of A and B", 0, 784, 1],
      ["bb", "B·B", "overlap of B with itself", 300, 784, 1],
    ];
    this.shown = { copies: { show: (now) => { kinds.value = now; } } };
    const more = make("details", { className: "more" });
    make("summary", { textContent: "the overlaps by hand" }, more);
    for (const [name, words, unit, min, max, step] of specs) {
      const change = (value) => this.try(() => this.set({ [name]: value }));
      this.shown[name] = number(name.length === 2 ? more : this.controls, { name, words, unit, min, max, step, value: this.settings[name], change });
    }
    this.chips = ["A", "B"].map((name, side) => digitChips(this.controls, name, [], ([digit]) => this.try(() => this.choose(side, digit)), "radio"));
    button(this.controls, "Other images", () => this.try(() => this.choose(0, this.digitsOf()[0], 1)), { title: "of the same two digits" });
    this.controls.append(more);
    this.hands();
    this.set({});
  }

  /** Click, tap and keys in the plane; a drag in the diagram. */
  hands() {
    const { plane: { element: plane }, diagramView: { element: diagram } } = this;
    for (const each of [plane, diagram]) Object.assign(each, { tabIndex: 0 }).setAttribute("role", "application");
    const at = (event, element, scales) => {
      const { left, top } = element.getBoundingClientRect();
      return scales.back(event.clientX - left, event.clientY - top);
    };
    plane.addEventListener("pointerdown", (event) => {
      const [ell, x] = at(event, plane, this.scales);
      this.start(within(ell, -1, 1), within(x, ...SHOWN));
    });
    const choose = (event) => {
      if (event.type === "pointermove" && !(event.buttons & 1)) return;
      this.try(() => this.set({ n: Number(within(at(event, diagram, this.powers)[0], 1.5, 60).toFixed(1)) }));
    };
    for (const name of ["pointerdown", "pointermove"]) diagram.addEventListener(name, choose);
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const keys = (element, does) => element.addEventListener("keydown", (event) => {
      if (!(event.key in arrows || event.key === "Enter" || event.key === " ")) return;
      event.preventDefault();
      this.try(() => does(...(arrows[event.key] || [0, 0])));
    });
    keys(diagram, (right, up) => this.set({ n: Math.max(1.1, Number((this.settings.n + 0.5 * (right + up)).toFixed(1))) }));
    keys(plane, (right, up) => {
      if (!right && !up) return this.start(...this.cross);
      this.cross = [within(this.cross[0] + 0.05 * right, -1, 1), within(this.cross[1] + 0.05 * up, ...SHOWN)];
      return this.plane.request();
    });
  }

  /** The digits of the chosen images; before a choice 1 and 4, the paper's. */
  digitsOf() {
    const held = [...new Set(this.data.digits)], [one, two] = [1, 4].every((digit) => held.includes(digit)) ? [1, 4] : held;
    return this.pair ? this.pair.map((row) => this.data.digits[row]) : [one, two];
  }

  /** Another digit on one side (`on` 0), or the next images of both. */
  choose(side, digit, on = 0) {
    const digits = this.digitsOf(), was = this.pair || [0, 0];
    digits[side] = digit;
    if (digits[0] === digits[1]) digits[1 - side] = this.digitsOf()[side];
    this.set({ pair: digits.map((each, at) => {
      const rows = this.data.digits.flatMap((own, row) => (own === each ? [row] : []));
      if (!rows.length) throw refuse("digits", each, "digits of which the page has images");
      return rows[(Math.max(rows.indexOf(was[at]), 0) + on * (1 + 6 * at)) % rows.length];
    }) });
  }

  /** {n, temperature, aa, ab, bb, copies}, or `pair`: the rows of two images of the page. */
  set({ pair = null, ...given }) {
    let overlaps = {};
    if (pair) {
      const { digits, images, pixels, count } = this.data, fits = pair.length === 2 && pair.every((row) => Number.isInteger(row) && row >= 0 && row < count);
      if (!fits || digits[pair[0]] === digits[pair[1]]) throw refuse("pair", pair, "the rows of two images of different digits");
      const dot = (i, j) => images.subarray(i * pixels, (i + 1) * pixels).reduce((sum, value, p) => sum + value * images[j * pixels + p], 0);
      overlaps = { aa: dot(pair[0], pair[0]), ab: dot(...pair), bb: dot(pair[1], pair[1]) };
    }
    const before = this.settings, now = { ...before };
    for (const [name, value] of Object.entries({ ...given, ...overlaps })) if (name in now) now[name] = value;
    this.system = reducedSystem(now);
    this.points = this.system.fixedPoints();
    this.settings = now;
    const changed = (...names) => !this.diagram || names.some((name) => now[name] !== before[name]);
    if (changed("aa", "ab", "bb")) this.pair = pair;
    if (changed("aa", "ab", "bb", "copies")) this.followed = [];
    for (const each of this.followed) each.left = LONGEST;
    if (changed("temperature", "aa", "ab", "bb", "copies")) this.sweep();
    for (const [name, value] of Object.entries(now)) this.shown[name].show(Number(value.toFixed(2)));
    this.chips.forEach((chips, side) => chips.show(this.pair ? [this.digitsOf()[side]] : []));
    Object.assign(this, { field: null, names: this.pair ? this.digitsOf().map(String) : ["A", "B"] });
    this.present();
    this.run();
  }

  fixedPoints() {
    return this.points.map(({ alpha, alphaB, ell, stable, growth }) => ({ alpha, alphaB, ell, stable, growth }));
  }

  /** Every fold in a range of n, a promise. */
  async folds(range = [2, 100]) {
    if (!(range[0] > 1 && range[1] > range[0] && Number.isFinite(range[1]))) throw refuse("range", range, "two increasing numbers above 1");
    return (await this.sliced(bifurcationDiagram(this.settings, range))).folds;
  }

  /** Go through a diagram without holding up the page; null when `fresh` tells that nobody waits any more. */
  async sliced(diagram, fresh = () => true) {
    let end = 0;
    for (;;) {
      if (performance.now() > end) {
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        end = performance.now() + 8;
      }
      if (!fresh()) return null;
      const { done, value } = diagram.next();
      if (done) return value;
    }
  }

  /** The bifurcation diagram, first roughly. */
  async sweep() {
    const mine = (this.sweeping = {});
    this.diagram ??= { lines: [], folds: [] };
    for (const perDecade of [24, 150]) {
      const found = await this.sliced(bifurcationDiagram(this.settings, POWERS, perDecade), () => mine === this.sweeping);
      if (!found) return;
      this.diagram = found;
      this.diagramView.request();
    }
  }

  start(ell, x) {
    this.wake();
    this.cross = [ell, x];
    this.followed = [...this.followed.slice(-7), new Followed(this.settings, x, ell)];
    this.run();
  }

  look() {
    if (this.inSight) this.run();
  }

  /** One frame after the other while something moves in sight. */
  run() {
    if (this.asked || !this.followed.some(({ left }) => left > 0)) return this.redraw();
    this.asked = true;
    const epochs = matchMedia("(prefers-reduced-motion: reduce)").matches ? 20 * PER_FRAME : PER_FRAME;
    return requestAnimationFrame(() => {
      this.asked = false;
      for (const each of this.followed) if (each.left > 0) each.move(this.settings, epochs);
      this.plane.request();
      this.row.request();
      if (this.inSight !== false) this.run();
    });
  }

  /** The state in words. */
  present() {
    const { points, settings: { n, temperature } } = this, many = ["no", "one", "two", "three", "four", "five"][points.length] || points.length;
    const places = points.map(({ alpha, stable }) => `α = ${signed(alpha, 2)}${stable ? "" : " (unstable)"}`);
    this.state.textContent = `n = ${shorter(n)}, T = ${shorter(temperature)}: ${many} fixed point${points.length === 1 ? "" : "s"}${points.length ? ` at ${places.join(", ")}` : ""}.`;
    this.plane.say(`Plane of label and memory. ${this.state.textContent} Arrow keys move the cross, Enter starts there.`);
    this.row.say(`Memories at the fixed points. ${this.state.textContent}`);
  }

  /** What the plane shows besides memories, computed once a system: nullclines and a grid of the flow. */
  fieldNow() {
    if (this.field) return this.field;
    const { system } = this, [low, high] = SHOWN, labels = [], arrows = [];
    for (let x = low; x <= high + 1e-9; x += 0.01) labels.push([system.labelAlong(x), x]);
    for (let i = 0; i < 13; i++) {
      for (let j = 0; j < 13; j++) {
        const ell = -0.96 + 0.16 * j, x = (i + 0.5) / 13, { a, b, slopeA } = place(x), speed = system.velocity(a, b, ell);
        arrows.push([ell, x, speed.ell, speed.a * slopeA]);
      }
    }
    this.field = { labels, arrows, memories: system.memoryNullcline(low, high, 48, 56) };
    return this.field;
  }

  drawPlane(pen, width, height, ink) {
    const { labels, arrows, memories } = this.fieldNow(), [one, two] = this.names, box = [24, 40, width - 32, height - 84];
    const scales = axes(pen, box, {
      across: [-1.05, 1.05], up: SHOWN, xName: `label ℓ: −1 says ${two}, +1 says ${one}`,
      xTicks: [[-1, "−1"], [0, "0"], [1, "+1"]], yTicks: [[0, "0"], [0.5, "½"], [1, "1"]],
    }, ink);
    const { right, above } = (this.scales = withBack(scales, box, [-1.05, 1.05], SHOWN));
    text(pen, `memory α: 0 is all ${two}, 1 all ${one}`, 0, 30, { colour: ink, size: 11 });
    const keys = [["memory rests", BOOK.memory], ["label rests", BOOK.label], ["stable", null, ink], ["unstable", null, null]];
    let x = 0;
    for (const [words, colour, fill] of keys) {
      if (colour) line(pen, [[x, 9], [x + 14, 9]], colour, 2.5);
      else disc(pen, x + 8, 9, 4.5, fill, ink);
      text(pen, words, x + 18, 9, { colour: ink, size: 11 });
      x += 30 + pen.measureText(words).width;
    }
    pen.globalAlpha = 0.45;
    for (const [ell, at, dEll, dx] of arrows) {
      const speed = Math.hypot(dEll, dx), length = 0.06 * (width - 32) / Math.sqrt(Math.max(speed, 1e-9)) * 0.7;
      const [cx, cy, ux, uy] = [right(ell), above(at), dEll * length * 0.5, -dx * length * 0.5];
      line(pen, [[cx - ux, cy - uy], [cx + ux, cy + uy]], ink, 0.9);
      disc(pen, cx + ux, cy + uy, 1.4, ink);
    }
    pen.globalAlpha = 1;
    line(pen, labels.map(([ell, at]) => [right(ell), above(at)]), BOOK.label, 2.2);
    for (const [a, b, c, d] of memories) line(pen, [[right(a), above(b)], [right(c), above(d)]], BOOK.memory, 2.2);
    for (const { trails, count } of this.followed) {
      trails.forEach((trail, k) => {
        const points = [];
        for (let at = 0; at < trail.length; at += 2) points.push([right(trail[at]), above(trail[at + 1])]);
        line(pen, points, PATHS[k % 2], count > 1 && k % 2 === 0 ? 3.4 : 2);
        disc(pen, ...points[points.length - 1], 5, PATHS[k % 2], "#fff");
      });
    }
    this.numbered().forEach(({ ell, position, stable }, at) => {
      mark(pen, right(ell), above(position), stable, ink, 6);
      text(pen, String(at + 1), right(ell) + 9, above(position) - 9, { colour: ink, bold: true });
    });
    const [cx, cy] = [right(this.cross[0]), above(this.cross[1])];
    for (const [dx, dy] of [[7, 0], [0, 7]]) line(pen, [[cx - dx, cy - dy], [cx + dx, cy + dy]], ink, 1.8);
  }

  /** Fixed points from the top of the plane down. */
  numbered() {
    return [...this.points].reverse();
  }

  drawDiagram(pen, width, height, ink) {
    const { diagram: { lines, folds }, settings: { n } } = this, box = [24, 24, width - 32, height - 66];
    text(pen, "fixed points over n: click to choose n", 0, 7, { colour: ink });
    const scales = axes(pen, box, {
      across: POWERS, up: SHOWN, xName: "power n", xTicks: [10, 20, 30, 40, 50, 60].map((each) => [each, each]),
      yTicks: [[0, "0"], [0.5, "½"], [1, "1"]],
    }, ink);
    const { right, above } = (this.powers = withBack(scales, box, POWERS, SHOWN));
    for (const [from, first, to, last] of lines) {
      const steady = first.stable && last.stable !== false;
      pen.globalAlpha = steady ? 1 : 0.5;
      line(pen, [[right(from), above(first.position)], [right(to), above(last.position)]], ink, steady ? 2.4 : 1.4);
    }
    pen.globalAlpha = 1;
    for (const fold of folds) {
      disc(pen, right(fold.n), above(fold.position), 3.5, BOOK.memory);
      text(pen, fold.n.toFixed(1), right(fold.n), above(fold.position) + (fold.position < 0.5 ? 14 : -13), { colour: ink, align: "center", size: 11 });
    }
    if (n < POWERS[0] || n > POWERS[1]) return;
    line(pen, [[right(n), box[1]], [right(n), box[1] + box[3]]], PATHS[0], 1.6);
    for (const { position, stable } of this.points) mark(pen, right(n), above(position), stable, ink, 5);
  }

  /** The memories at the fixed points and, last, those that are followed; without images, as shares of A and B. */
  drawMemories(pen, width, height, ink) {
    const cell = width / IMAGES_SHOWN, size = Math.min(cell - 8, height - 20), latest = this.followed[this.followed.length - 1];
    const shown = this.numbered().slice(0, 4).map(({ alpha, alphaB, stable }, at) => ({ a: alpha, b: alphaB, words: `${at + 1}: ${signed(alpha, 2)}`, colour: null, stable }));
    for (let k = 0; latest && k < Math.min(latest.count, IMAGES_SHOWN - shown.length); k++) {
      const [a, b] = latest.coefficients(k);
      shown.push({ a, b, words: `α ${signed(a, 2)}`, colour: PATHS[k % 2] });
    }
    shown.forEach(({ a, b, words, colour }, at) => {
      const x = at * cell + 2;
      text(pen, words, x, 7, { colour: colour || ink, size: 11, bold: colour !== null });
      if (!this.pair) {
        const share = size * Math.abs(a) / (Math.abs(a) + Math.abs(b));
        pen.strokeStyle = colour || ink;
        pen.strokeRect(x, 18, size, size);
        pen.globalAlpha = 0.6;
        pen.fillStyle = colour || ink;
        pen.fillRect(x, 18 + size - share, size, share);
        pen.globalAlpha = 1;
        return;
      }
      const { images, pixels } = this.data, [rowA, rowB] = this.pair;
      const memory = images.subarray(rowA * pixels, (rowA + 1) * pixels).map((value, p) => a * value + b * images[rowB * pixels + p]);
      mosaic(pen, memory, 1, [x, 18, size], () => colour || `${ink.replace("rgb", "rgba").replace(")", ", 0.4)")}`);
    });
  }
}

/** A fixed point: a disc, or where it is unstable a ring through which the page is seen. */
function mark(pen, x, y, stable, ink, radius) {
  if (!stable) {
    pen.globalCompositeOperation = "destination-out";
    disc(pen, x, y, radius, "#000");
    pen.globalCompositeOperation = "source-over";
  }
  disc(pen, x, y, radius, stable ? ink : null, ink, 1.8);
}

/** The scales of axes, and the way back from pixels. */
function withBack(scales, [x, y, width, height], [left, right], [low, high]) {
  return { ...scales, back: (px, py) => [left + (px - x) / width * (right - left), low + (y + height - py) / height * (high - low)] };
}

const signed = (value, digits) => (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toFixed(digits).replace("-", "−");
const shorter = (value) => String(Number(value.toFixed(2)));
