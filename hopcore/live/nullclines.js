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
    const { state: { labels, weights, values }, valuesOf } = this.learner;
    for (let k = 0; k < count; k++) {
      const shift = count > 1 ? (k % 2 ? -PART : PART) : 0, { a, b } = place(x + shift), label = within(ell + shift, -1, 1);
      weights.set([a, b], k * this.size);
      labels.fill(-1, k * CATEGORIES, (k + 1) * CATEGORIES);
      labels.set([label, -label], k * CATEGORIES);
    }
    valuesOf(weights, values);
    this.trails = Array.from({ length: count }, () => []);
    this.mark();
  }

  mark() {
    for (let k = 0; k < this.count; k++) this.trails[k].push(this.learner.state.labels[k * CATEGORIES], positionOf(...this.coefficients(k)));
  }

  coefficients(k) {
    return this.learner.state.weights.subarray(k * this.size, k * this.size + 2);
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
    const { n, temperature, aa, ab, bb, copies = 1, pair = null } = options, known = pair && imagesOf(pair);
    Object.assign(this, { settings: { n, temperature, aa, ab, bb, copies }, followed: [], cross: [0.5, 0.8], rows: [0, 0], shown: {} });
    this.chosen = known && { digits: known.digits, images: [0, 1].map((at) => known.images.slice(at * known.pixels, (at + 1) * known.pixels)) };
    button(this.bar, "▶ Start", () => this.start(...this.cross), { className: "play", title: "from the cross" });
    const kinds = make("select", { "aria-label": "what starts" }, this.bar);
    for (const [value, textContent] of [[1, "one memory"], [2, "two memories"]]) make("option", { value, textContent }, kinds);
    kinds.addEventListener("change", () => this.try(() => this.set({ copies: Number(kinds.value) })));
    this.shown.copies = { show: (now) => { kinds.value = now; } };
    button(this.bar, "Clear", () => { this.followed = []; this.redraw(); });
    const side = make("div", { className: "view stack" });
    const view = (parent, name, ratio, label, draw) => this.canvas(parent, { name, ratio, label, draw: (...pen) => this[draw](...pen) });
    this.plane = view(make("div", { className: "view" }, this.stage), "plane", 1, "", "drawPlane");
    this.stage.append(side);
    this.diagramView = view(side, "plane", 1.5, "Fixed points over n. A click or an arrow key chooses n.", "drawDiagram");
    this.gallery = view(side, "memories", IMAGES_SHOWN * 0.8, "", "drawMemories");
    const more = make("details", { className: "more" });
    make("summary", { textContent: "the overlaps by hand" }, more);
    for (const [name, words, unit, min, max, step] of [
      ["n", "n", "the power", 1.5, 60, 0.1], ["temperature", "T", "temperature, in the units of the overlaps", 300, 1000, 1],
      ["aa", "A·A", "overlap of A with itself", 300, 784, 1], ["ab", "A·B", "overlap of A and B", 0, 784, 1],
      ["bb", "B·B", "overlap of B with itself", 300, 784, 1],
    ]) {
      const change = (value) => this.try(() => this.set({ [name]: value })), value = this.settings[name];
      this.shown[name] = number(name.length === 2 ? more : this.controls, { name, words, unit, min, max, step, value, change });
    }
    this.chips = ["A", "B"].map((name, at) => digitChips(this.controls, name, [], ([digit]) => this.try(() => this.choose(at, digit)), "radio"));
    button(this.controls, "Other images", () => this.try(() => this.choose(0, this.digits[0], 1)), { title: "of the same two digits" });
    this.controls.append(more);
    this.hands();
    this.set({});
  }

  /** Click, tap and keys in the plane; a drag and keys in the diagram. */
  hands() {
    const { plane: { element: plane }, diagramView: { element: diagram } } = this;
    const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Enter: [0, 0], " ": [0, 0] };
    const hand = (element, scales, { mouse, keys }) => {
      Object.assign(element, { tabIndex: 0 }).setAttribute("role", "application");
      element.style.touchAction = "pan-y";
      for (const [name, does] of Object.entries(mouse)) {
        element.addEventListener(name, (event) => {
          const { left, top } = element.getBoundingClientRect();
          this.try(() => does(this[scales].back(event.clientX - left, event.clientY - top), event));
        });
      }
      element.addEventListener("keydown", (event) => {
        if (!(event.key in arrows)) return;
        event.preventDefault();
        this.try(() => keys(...arrows[event.key]));
      });
    };
    const at = (ell, x) => [within(ell, -1, 1), within(x, ...SHOWN)], powerAt = (n) => this.set({ n: Number(Math.max(n, 1.1).toFixed(1)) });
    hand(plane, "scales", {
      mouse: { click: (place) => this.start(...at(...place)) },
      keys: (right, up) => {
        if (!right && !up) return this.start(...this.cross);
        this.cross = at(this.cross[0] + 0.05 * right, this.cross[1] + 0.05 * up);
        return this.plane.request();
      },
    });
    hand(diagram, "powers", {
      mouse: { pointerdown: ([n]) => powerAt(within(n, ...POWERS)), pointermove: ([n], { buttons }) => buttons & 1 && powerAt(within(n, ...POWERS)) },
      keys: (right, up) => powerAt(this.settings.n + 0.5 * (right + up)),
    });
  }

  /** The digits of A and B; before a choice those of the paper. */
  get digits() { return this.chosen?.digits || [1, 4]; }

  /** Another digit on one side, or (`on` 1) the next images of both. */
  choose(side, digit, on = 0) {
    const digits = [...this.digits];
    digits[side] = digit;
    if (digits[0] === digits[1]) digits[1 - side] = this.digits[side];
    this.set({ pair: digits.map((each, at) => {
      const held = this.data.digits.flatMap((own, row) => (own === each ? [row] : []));
      if (!held.length) throw refuse("digits", each, "digits of which the page has images");
      return held[(Math.max(held.indexOf(this.rows[at]), 0) + on * (1 + 6 * at)) % held.length];
    }) });
  }

  /** {n, temperature, aa, ab, bb, copies}, or `pair`: the rows of two images of the page. */
  set({ pair = null, ...given }) {
    const { data: { digits, images, pixels }, settings: before } = this, now = { ...before };
    for (const [name, value] of Object.entries(given)) {
      if (!(name in now)) throw new RangeError(`${name}: no such setting.`);
      now[name] = value;
    }
    let chosen = this.chosen;
    if (pair) {
      const fits = pair.length === 2 && pair.every((row) => row in digits) && digits[pair[0]] !== digits[pair[1]];
      if (!fits) throw refuse("pair", pair, "the rows of two images of different digits");
      chosen = { digits: pair.map((row) => digits[row]), images: pair.map((row) => images.slice(row * pixels, (row + 1) * pixels)) };
      const dot = (i, j) => chosen.images[i].reduce((sum, value, p) => sum + value * chosen.images[j][p], 0);
      Object.assign(now, { aa: dot(0, 0), ab: dot(0, 1), bb: dot(1, 1) });
    }
    const changed = (...names) => names.some((name) => now[name] !== before[name]);
    if (!pair && changed("aa", "ab", "bb")) chosen = null;
    const system = reducedSystem(now);
    Object.assign(this, { system, chosen, points: system.fixedPoints(), settings: now, field: null, rows: pair || this.rows });
    if (pair || changed("aa", "ab", "bb", "copies")) this.followed = [];
    for (const each of this.followed) each.left = LONGEST;
    if (!this.diagram || changed("temperature", "aa", "ab", "bb", "copies")) this.sweep();
    for (const [name, value] of Object.entries(now)) this.shown[name].show(Number(value.toFixed(2)));
    this.chips.forEach((chips, side) => chips.show(chosen ? [chosen.digits[side]] : []));
    this.names = chosen ? chosen.digits : ["A", "B"];
    this.present();
    this.run();
  }

  fixedPoints() {
    return this.points.map(({ alpha, alphaB, ell, stable }) => ({ alpha, alphaB, ell, stable }));
  }

  /** Of all that was started the paths [ℓ, x, ℓ, x …] of each memory, and whether some still move. */
  snapshot() {
    return { paths: this.followed.map(({ trails }) => trails.map((trail) => [...trail])), moving: this.followed.some(({ left }) => left > 0) };
  }

  /** Every fold in a range of n, a promise. */
  async folds(range = [2, 100]) {
    if (!(range[0] > 1 && range[1] > range[0] && Number.isFinite(range[1]))) throw refuse("range", range, "two increasing numbers above 1");
    return (await this.sliced(bifurcationDiagram(this.settings, range))).folds;
  }

  /** Go through a diagram without holding up the page; null when nobody waits any more. */
  async sliced(diagram, wanted = () => true) {
    for (let found = {}, end = 0; wanted(); found = diagram.next()) {
      if (found.done) return found.value;
      if (performance.now() < end) continue;
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      end = performance.now() + 8;
    }
    return null;
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

  look() { if (this.inSight) this.run(); }

  /** One frame after the other while something moves in sight. */
  run() {
    if (this.asked || !this.followed.some(({ left }) => left > 0)) return this.redraw();
    this.asked = true;
    const epochs = matchMedia("(prefers-reduced-motion: reduce)").matches ? 20 * PER_FRAME : PER_FRAME;
    return requestAnimationFrame(() => {
      this.asked = false;
      for (const each of this.followed) if (each.left > 0) each.move(this.settings, epochs);
      this.plane.request();
      this.gallery.request();
      if (this.inSight !== false) this.run();
    });
  }

  /** The state in words. */
  present() {
    const { points, settings: { n, temperature } } = this, many = ["no", "one", "two", "three", "four", "five"][points.length] || points.length;
    const places = points.map(({ alpha, stable }) => `α = ${signed(alpha)}${stable ? "" : " (unstable)"}`).join(", ");
    const words = `n = ${shorter(n)}, T = ${shorter(temperature)}: ${many} fixed point${points.length === 1 ? "" : "s"}${places && ` at ${places}`}.`;
    this.state.textContent = words;
    this.plane.say(`Plane of label and memory. ${words} Arrow keys move the cross, Enter starts there.`);
    this.gallery.say(`Memories at the fixed points. ${words}`);
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
    this.field = { labels, arrows, memories: system.memoryNullcline(SHOWN) };
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
    const narrow = width < 340;
    let x = 0;
    for (const [words, colour, fill] of [["memory rests", BOOK.memory], ["label rests", BOOK.label], ["stable", null, ink], ["unstable", null, null]]) {
      if (colour) line(pen, [[x, 9], [x + 12, 9]], colour, 2.5);
      else disc(pen, x + 7, 9, 4.5, fill, ink);
      text(pen, words, x + 16, 9, { colour: ink, size: narrow ? 10 : 11 });
      x += (narrow ? 21 : 30) + pen.measureText(words).width;
    }
    pen.globalAlpha = 0.45;
    for (const [ell, at, dEll, dx] of arrows) {
      const half = 0.021 * box[2] / Math.sqrt(Math.max(Math.hypot(dEll, dx), 1e-9)); // longer where it is faster
      const [cx, cy, ux, uy] = [right(ell), above(at), dEll * half, -dx * half];
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
      text(pen, String(at + 1), right(ell) + (at % 2 ? -17 : 11), above(position) - 8, { colour: ink, bold: true });
    });
    const [cx, cy] = [right(this.cross[0]), above(this.cross[1])];
    for (const [dx, dy] of [[7, 0], [0, 7]]) line(pen, [[cx - dx, cy - dy], [cx + dx, cy + dy]], ink, 1.8);
  }

  /** Fixed points from the top of the plane down. */
  numbered() { return [...this.points].reverse(); }

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

  /** The memories at the fixed points and, last, those that are followed; without images, how much of A is in them. */
  drawMemories(pen, width, height, ink) {
    const cell = width / IMAGES_SHOWN, size = Math.min(cell - 8, height - 20), [latest] = this.followed.slice(-1);
    const shown = this.numbered().slice(0, 4).map(({ alpha, alphaB }, at) => [alpha, alphaB, `${at + 1}: α ${signed(alpha)}`, ink]);
    for (let k = 0; latest && k < latest.count; k++) shown.push([...latest.coefficients(k), `α ${signed(latest.coefficients(k)[0])}`, PATHS[k % 2]]);
    shown.slice(0, IMAGES_SHOWN).forEach(([a, b, words, colour], at) => {
      const x = at * cell + 2, share = size * Math.abs(a) / (Math.abs(a) + Math.abs(b));
      text(pen, words, x, 7, { colour, size: 11, bold: colour !== ink });
      if (this.chosen) mosaic(pen, this.chosen.images[0].map((value, p) => a * value + b * this.chosen.images[1][p]), 1, [x, 18, size], undefined, 0);
      else pen.fillRect(x, 18 + size - share, size, share);
      Object.assign(pen, { strokeStyle: colour, lineWidth: colour === ink ? 1 : 2.5 });
      pen.strokeRect(x, 18, size, size);
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
  return { right: scales.right, above: (value) => scales.above(within(value, low, high)), back: (px, py) => [left + (px - x) / width * (right - left), low + (y + height - py) / height * (high - low)] };
}

const signed = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");
const shorter = (value) => String(Number(value.toFixed(2)));
