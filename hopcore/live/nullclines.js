// nullclines: one memory and two digits in a plane: where they rest, and where a click lets one or a pair go.

const PER_FRAME = 16; // epochs
const PATHS = ["#3c78d8", "#2d9d6e"]; // hopcore.plotting.nullclines
const FOLLOW_RATE = 0.002;
const LONGEST = 12000; // epochs; after them a memory that still moves is left alone
const PART = 1e-4; // how far from the start the memories of a pair begin, to both sides
const SHOWN = [-0.1, 1.1], POWERS = [2, 60], IMAGES_SHOWN = 5, HALVES = [[0, 0], [0.5, "½"], [1, 1]];

const signed = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");
const shorter = (value) => Number(value.toFixed(2));

class NullclinesInstrument extends Instrument {
  prepare() {
    const { controls, settings: { n, temperature, aa, ab, bb, copies = 1 } } = this;
    this.settings = { n, temperature, aa, ab, bb, copies };
    Object.assign(this, { chosen: null, followed: [], cross: [0.5, 0.8], curves: { rows: [], folds: [] } });
    this.chips = ["A", "B"].map((name, at) => {
      const choose = ([digit]) => this.try(() => this.choose(at, digit));
      return digitChips(controls, name, [], choose, this.data, "radio");
    });
    this.hands();
  }

  clear() {
    this.followed = [];
    this.redraw();
  }

  /** Click, tap and keys in the plane; a drag and keys in the diagram. */
  hands() {
    const { plane, diagram } = this.canvases;
    const inside = ([ell, x]) => [within(ell, -1, 1), within(x, ...SHOWN)];
    hand(plane, {
      click: (...pixels) => this.start(inside(this.planeAxes.back(...pixels))),
      keys: (right, up) => {
        this.cross = inside([this.cross[0] + 0.05 * right, this.cross[1] + 0.05 * up]);
        if (right || up) plane.request();
        else this.start();
      },
    });
    const choose = (n) => this.try(() => this.set({ n: Number(Math.max(n, 1.1).toFixed(1)) }));
    const drag = (...pixels) => choose(within(this.powerAxes.back(...pixels)[0], ...POWERS));
    const keys = (right, up) => choose(this.settings.n + 0.5 * (right + up));
    hand(diagram, { pointerdown: drag, pointermove: drag, keys });
  }

  /** The digits of A and B; before a choice those of the paper. */
  get digits() { return this.chosen?.digits || [1, 4]; }

  /** Images of other digits, `digit` on one side. */
  choose(side, digit = this.digits[side]) {
    const digits = [...this.digits];
    digits[side] = digit;
    if (digits[0] === digits[1]) digits[1 - side] = this.digits[side];
    this.set({ pair: digits.map((each) => this.data.any(each)) });
  }

  /** {n, temperature, aa, ab, bb, copies}, or `pair`: the rows of two images of the page. */
  set({ pair = null, ...given }) {
    const { data, settings: before } = this, now = { ...before, ...checkAll(given, before) };
    const changed = (...names) => Boolean(pair) || names.some((name) => now[name] !== before[name]);
    let chosen = changed("aa", "ab", "bb") ? null : this.chosen;
    if (pair) {
      const digits = pair.map((row) => data.digits[row]), images = pair.map(data.image);
      const fits = pair.length === 2 && pair.every((row) => row in data.digits) && digits[0] !== digits[1];
      if (!fits) throw refuse("pair", pair, "the rows of two images of different digits");
      const [one, two] = images;
      Object.assign(now, { aa: dot(one, one), ab: dot(one, two), bb: dot(two, two) });
      chosen = { digits, images };
    }
    const system = reducedSystem(now), points = system.fixedPoints();
    const numbered = [...points].reverse(); // from the top of the plane down
    Object.assign(this, { system, points, numbered, chosen, settings: now, field: null });
    if (changed("aa", "ab", "bb", "copies")) this.followed = [];
    for (const each of this.followed) each.left = LONGEST;
    if (!this.sweeping || changed("temperature", "aa", "ab", "bb", "copies")) this.sweep();
    this.show();
    this.chips.forEach((show, side) => show(chosen ? [chosen.digits[side]] : []));
    this.say(this.words());
    this.run();
  }

  fixedPoints() { return this.points.map((point) => ({ ...point })); }

  /** Of all that was started the paths [ℓ, x, ℓ, x …] of each memory, and whether some still move. */
  state() {
    const paths = this.followed.map(({ trails }) => trails.map((trail) => trail.flat()));
    return { paths, moving: this.followed.some(({ left }) => left > 0) };
  }

  /** Every fold in a range of n, a promise. */
  async folds(given = [2, 100]) {
    const fits = given[0] > 1 && given[1] > given[0] && Number.isFinite(given[1]);
    if (!fits) throw refuse("range", given, "two increasing numbers above 1");
    return (await bifurcationDiagram(this.settings, given, 400)).folds;
  }

  async sweep() {
    const mine = (this.sweeping = {}), wanted = () => mine === this.sweeping;
    this.curves = await bifurcationDiagram(this.settings, POWERS, 400, wanted) || this.curves;
    this.canvases.diagram.request();
  }

  start([ell, x] = this.cross) {
    this.cross = [ell, x];
    this.followed = [...this.followed.slice(-7), new Followed(this.settings, x, ell)];
    this.run();
  }

  /** One frame after the other while something moves in sight. */
  run() {
    if (this.asked || !this.followed.some(({ left }) => left > 0)) return this.redraw();
    this.asked = true;
    const epochs = matchMedia("(prefers-reduced-motion: reduce)").matches ? 20 * PER_FRAME : PER_FRAME;
    return requestAnimationFrame(() => {
      this.asked = false;
      for (const each of this.followed) if (each.left > 0) each.move(this.settings, epochs);
      for (const name of ["plane", "gallery"]) this.canvases[name].request();
      if (this.inSight !== false) this.run();
    });
  }

  words() {
    const { points, settings: { n, temperature } } = this;
    const found = points.map(({ alpha, stable }) => `α = ${signed(alpha)}${stable ? "" : " (unstable)"}`);
    const told = `${points.length} fixed point${points.length === 1 ? "" : "s"}`, where = found.join(", ");
    return `n = ${shorter(n)}, T = ${shorter(temperature)}: ${told}${where && ` at ${where}`}.`;
  }

  /** What the plane shows besides memories, computed once a system: nullclines and a grid of the flow. */
  fieldNow() {
    const { system } = this, places = range(121).map((at) => at / 100 + SHOWN[0]);
    const grid = range(169).map((at) => [-0.96 + 0.16 * (at % 13), (Math.floor(at / 13) + 0.5) / 13]);
    return (this.field ??= {
      labels: places.map((x) => [system.labelAlong(x), x]), memories: memoryNullcline(system, SHOWN),
      arrows: grid.map((place) => [place, ...system.flow(place)]),
    });
  }

  plane(pen, width, height) {
    const { labels, arrows, memories } = this.fieldNow(), [one, two] = this.chosen?.digits || ["A", "B"];
    const box = [24, 40, width - 32, height - 84], axes = (this.planeAxes = new Axes(pen, box, {
      across: [-1.05, 1.05], up: SHOWN, xTicks: [[-1, "−1"], [0, 0], [1, "+1"]], yTicks: HALVES,
      xName: `label ℓ: −1 says ${two}, +1 says ${one}`,
    }));
    text(pen, `memory α: 0 is all ${two}, 1 all ${one}`, 0, 30, { size: 11 });
    for (const [x, colour] of [[0, BOOK.memory], [98, BOOK.label]]) line(pen, [[x, 9], [x + 12, 9]], colour, 2.2);
    for (const [x, words] of [[16, "memory rests"], [114, "label rests"], [182, "● stable  ○ unstable"]]) {
      text(pen, words, x, 9, { size: 11 });
    }
    const pale = faint(INK);
    for (const [place, dEll, dx] of arrows) {
      const half = 0.021 * box[2] / Math.sqrt(Math.hypot(dEll, dx) || 1); // longer where it is faster
      const [x, y] = axes.at(place), [right, down] = [dEll * half, -dx * half];
      line(pen, [[x - right, y - down], [x + right, y + down]], pale, 0.9);
      disc(pen, x + right, y + down, 1.4, pale);
    }
    axes.line(labels, BOOK.label, 2.2);
    for (const piece of memories) axes.line(piece, BOOK.memory, 2.2);
    for (const { trails } of this.followed) {
      trails.forEach((trail, k) => axes.line(trail, PATHS[k % 2], k % 2 ? 2 : 3.4)); // of two both are seen
      trails.forEach((trail, k) => disc(pen, ...axes.at(trail.at(-1)), 5, PATHS[k % 2], "#fff"));
    }
    this.numbered.forEach(({ ell, position, stable }, at) => {
      const [x, y] = axes.at([ell, position]);
      mark(pen, x, y, stable, 6);
      text(pen, at + 1, x + (at % 2 ? -17 : 11), y + (at === 2 ? 9 : -8), { bold: true });
    });
    const [x, y] = axes.at(this.cross);
    for (const [dx, dy] of [[7, 0], [0, 7]]) line(pen, [[x - dx, y - dy], [x + dx, y + dy]], INK, 1.8);
  }

  diagram(pen, width, height) {
    const { curves: { rows, folds }, points, settings: { n } } = this;
    const axes = (this.powerAxes = new Axes(pen, [24, 4, width - 32, height - 46], {
      across: POWERS, up: SHOWN, xName: "power n", xTicks: ticks(POWERS[1]).slice(1), yTicks: HALVES,
    }));
    for (const row of rows) {
      for (const { position, stable } of row.points) {
        disc(pen, ...axes.at([row.n, position]), stable ? 1.5 : 0.9, stable ? INK : faint(INK));
      }
    }
    for (const fold of folds) {
      const [x, y] = axes.at([fold.n, fold.position]);
      disc(pen, x, y, 3.5, BOOK.memory);
      text(pen, fold.n.toFixed(1), x, y + (fold.position < 0.5 ? 14 : -13), { align: "center", size: 11 });
    }
    if (n !== within(n, ...POWERS)) return;
    axes.line(SHOWN.map((end) => [n, end]), PATHS[0], 1.6);
    for (const { position, stable } of points) mark(pen, ...axes.at([n, position]), stable, 5);
  }

  /** Memories at the fixed points and, last, those followed; without images, how much of A is in them. */
  gallery(pen, width, height) {
    const cell = width / IMAGES_SHOWN, size = Math.min(cell - 8, height - 20), latest = this.followed.at(-1);
    const points = this.numbered.slice(0, 4);
    const shown = points.map(({ alpha, alphaB }, at) => [[alpha, alphaB], `${at + 1}: `, INK]);
    latest?.trails.forEach((_, k) => shown.push([latest.coefficients(k), "", PATHS[k % 2]]));
    shown.slice(0, IMAGES_SHOWN).forEach(([[a, b], name, colour], at) => {
      const x = at * cell + 2, part = Math.abs(a) / (Math.abs(a) + Math.abs(b));
      text(pen, `${name}α ${signed(a)}`, x, 7, { colour, size: 11 });
      if (this.chosen) {
        const [one, two] = this.chosen.images, image = one.map((value, p) => a * value + b * two[p]);
        mosaic(pen, image, 1, [x, 18, size], undefined, 0);
      } else pen.fillRect(x, 18 + size * (1 - part), size, size * part);
      Object.assign(pen, { strokeStyle: colour, lineWidth: 2 }).strokeRect(x, 18, size, size);
    });
  }
}

/** A fixed point: a disc, or where it is unstable a ring through which the page is seen. */
function mark(pen, x, y, stable, radius) {
  pen.globalCompositeOperation = stable ? "source-over" : "destination-out";
  disc(pen, x, y, radius, INK);
  pen.globalCompositeOperation = "source-over";
  disc(pen, x, y, radius, null, INK, 1.8);
}

/**
 * Memories that learn two images from one place, and the trail [[ℓ, x]…] of each.
 * It is learning itself (rule.js), so that a pair parts as it does in a network.
 */
class Followed {
  constructor({ aa, ab, bb, copies }, x, ell) {
    const count = Math.min(copies, 100), learner = learningRule(pairFeatures(aa, ab, bb), [0, 1], count);
    Object.assign(this, { learner, left: LONGEST });
    this.trails = range(count).map((k) => {
      const shift = count > 1 ? (k % 2 ? -PART : PART) : 0, { a, b } = place(x + shift);
      const label = within(ell + shift, -1, 1), { overlaps, pixels, labels } = learner.state;
      pixels.set([a + b, a - b], 2 * k);
      overlaps.set([a * aa + b * ab, a * ab + b * bb], 2 * k);
      labels.fill(-1, k * CATEGORIES, (k + 1) * CATEGORIES).set([label, -label], k * CATEGORIES);
      return [];
    });
    this.mark();
  }

  mark() {
    const label = (k) => this.learner.state.labels[k * CATEGORIES];
    this.trails.forEach((trail, k) => trail.push([label(k), positionOf(...this.coefficients(k))]));
  }

  /** α_A and α_B of a memory. */
  coefficients(k) {
    const [both, apart] = this.learner.state.pixels.subarray(2 * k, 2 * k + 2);
    return [(both + apart) / 2, (both - apart) / 2];
  }

  /** Some epochs; a memory alone that no longer moves has arrived. */
  move({ n, temperature }, epochs) {
    const rule = { n, rescaledTemperature: temperature, rate: FOLLOW_RATE, momentum: 0 };
    for (let at = 0; at < epochs; at++) this.learner.epoch(rule);
    this.left -= epochs;
    this.mark();
    const [[ell, x], [ellNow, xNow]] = this.trails[0].slice(-2);
    if (this.trails.length === 1 && Math.abs(ellNow - ell) + Math.abs(xNow - x) < 1e-6) this.left = 0;
  }
}
