// Canvases: sharp at any pixel ratio, in the page's own colours, drawn once a frame at most.

let INK = "#000"; // the page's colour of text, at each painting

/** A canvas that fills its cell; `draw(pen, width, height)` in CSS pixels. `BOOK` has the book's colours. */
class Canvas {
  constructor(parent, name, ratio, label, draw) {
    Object.assign(this, { label, draw, element: make("canvas", { className: name, role: "img" }, parent) });
    this.element.style.aspectRatio = String(ratio);
    this.pen = this.element.getContext("2d");
    new ResizeObserver(() => this.request()).observe(this.element);
  }

  /** What it shows, for those who do not see it. */
  say(words) { this.element.setAttribute("aria-label", `${this.label}. ${words}`); }

  /** Paint it after the next frame, in a task of its own. */
  request() {
    this.asked ??= requestAnimationFrame(() => nextTask().then(() => this.paint()));
  }

  paint() {
    this.asked = null;
    const { pen, element } = this, { clientWidth, clientHeight } = element, ratio = devicePixelRatio || 1;
    if (!clientWidth || !clientHeight) return;
    const [width, height] = [clientWidth, clientHeight].map((size) => Math.round(size * ratio));
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    INK = getComputedStyle(element).color;
    Object.assign(pen, { fillStyle: INK, strokeStyle: INK });
    this.draw(pen, clientWidth, clientHeight);
  }
}

function text(pen, words, x, y, { colour = INK, align = "left", base = "middle", size = 12, bold } = {}) {
  const font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
  Object.assign(pen, { font, textAlign: align, textBaseline: base, fillStyle: colour }).fillText(words, x, y);
}

function line(pen, points, colour = INK, width = 1.5, dash = []) {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  Object.assign(pen, { strokeStyle: colour, lineWidth: width }).setLineDash(dash);
  pen.stroke();
}

/** The colour where something else matters more. */
const faint = (colour) => `color-mix(in srgb, ${colour} 45%, transparent)`;

function disc(pen, x, y, radius, fill, edge = null, width = 1.5) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) Object.assign(pen, { fillStyle: fill }).fill();
  if (edge) Object.assign(pen, { strokeStyle: edge, lineWidth: width }).stroke();
}

/** Numbers in [−1, 1] as pixels, where `fill` puts their colours. */
function sheetOf(width, height, fill) {
  const data = new ImageData(width, height), sheet = (sheetOf.sheet ??= make("canvas"));
  fill(new Uint32Array(data.data.buffer));
  Object.assign(sheet, { width, height }).getContext("2d").putImageData(data, 0, 0);
  return sheet;
}

/** Images (K·N) in a table that fills a square; `frames` are colours or null, `shades` from 0 to 1. */
function mosaic(pen, images, count, [x, y, size], frames = () => null, gap = 3, shades = () => 1, shape = null) {
  const side = Math.sqrt(images.length / count), [tall, wide] = shape || [side, side];
  const columns = Math.ceil(Math.sqrt(count * tall / wide)), rows = Math.ceil(count / columns);
  const of = (k) => [k % columns * (wide + gap) + gap, Math.floor(k / columns) * (tall + gap) + gap];
  const [width, height] = [columns * (wide + gap) + gap, rows * (tall + gap) + gap];
  const sheet = sheetOf(width, height, (pixels) => {
    for (let k = 0, at = 0; k < count; k++) {
      const [left, top] = of(k), shade = Math.round(shades(k) * 255) << 24;
      for (let row = top; row < top + tall; row++) {
        const p = row * width + left;
        for (let to = p; to < p + wide; to++) pixels[to] = colourOf(images[at++]) | shade;
      }
    }
  });
  const scale = size / Math.max(width, height);
  pen.imageSmoothingEnabled = scale * (window.devicePixelRatio || 1) < 1.5;
  pen.drawImage(sheet, x, y, width * scale, height * scale);
  pen.lineWidth = Math.max(1.5, 1.6 * scale);
  for (let k = 0; k < count; k++) {
    const strokeStyle = frames(k), [left, top] = of(k).map((place) => (place - 1) * scale);
    const edges = [wide, tall].map((length) => (length + 2) * scale);
    if (strokeStyle) Object.assign(pen, { strokeStyle }).strokeRect(x + left, y + top, ...edges);
  }
}

/** Rows of numbers with {name, colour}, once for equal names that follow each other; `genes` name columns. */
function heatMap(pen, rows, [width, height], said, genes = []) {
  const { length: wide } = rows[0], named = genes.length > 0 && width / wide > 14, left = 84;
  const foot = named ? 62 : 18, [across, down] = [(width - left) / wide, (height - foot) / rows.length];
  const sheet = sheetOf(wide, rows.length, (pixels) => {
    rows.forEach((row, at) => pixels.set(Array.from(row, (value) => colourOf(value) | 255 << 24), at * wide));
  });
  pen.imageSmoothingEnabled = false;
  pen.drawImage(sheet, left, 0, width - left, height - foot);
  said.forEach(({ name, colour }, at) => {
    Object.assign(pen, { fillStyle: colour }).fillRect(left - 7, at * down, 5, down);
    if (name === said[at - 1]?.name) return;
    const members = said.filter((each) => each.name === name).length, size = Math.min(11, down * members);
    text(pen, name.slice(0, 12), left - 10, (at + members / 2) * down, { align: "right", size });
  });
  if (!named) return text(pen, `${wide} numbers of each memory`, left, height - 8, { size: 11 });
  return genes.forEach((gene, at) => {
    pen.save();
    pen.translate(left + (at + 0.5) * across, height - foot + 4);
    pen.rotate(-Math.PI / 2);
    text(pen, gene.slice(0, 9), 0, 0, { align: "right", size: 11 });
    pen.restore();
  });
}

const PALETTE = Uint32Array.from(BOOK.pixels.match(/.{6}/g), (hex) => (
  parseInt(hex.replace(/(..)(..)(..)/, "$3$2$1"), 16)));

/** The book's map from −1 (blue) over 0 (white) to +1 (red), as the canvas wants its pixels. */
const colourOf = (value) => PALETTE[within(Math.floor((value + 1) * 128), 0, 255)];

/** Axes in a box [x, y, width, height], from `across` and `up`, with ticks [[value, name]…]. */
class Axes {
  constructor(pen, box, { across, up, xTicks = [], yTicks = [], xName = "" }) {
    const [x, y, width, height] = box, foot = y + height, size = 11;
    Object.assign(this, { pen, box, across, up });
    line(pen, [[x, y], [x, foot], [x + width, foot]], INK, 0.8);
    const tick = (name, x0, y0, [dx, dy], how) => {
      line(pen, [[x0, y0], [x0 + dx, y0 + dy]], INK, 0.8);
      text(pen, name, x0 + 1.7 * dx, y0 + 1.7 * dy, { size, ...how });
    };
    const below = { align: "center", base: "top" }, beside = { align: "right" };
    for (const [value, name] of xTicks) tick(name, this.right(value), foot, [0, 4], below);
    for (const [value, name] of yTicks) tick(name, x, this.above(value), [-4, 0], beside);
    text(pen, xName, x + width, foot + 20, { align: "right", base: "top", size });
  }

  right(value) {
    const [left, right] = this.across, [x, , width] = this.box;
    return x + (value - left) / (right - left) * width;
  }

  above(value) {
    const [low, high] = this.up, [, y, , height] = this.box;
    return y + height - within((value - low) / (high - low), 0, 1) * height;
  }

  at([x, y]) { return [this.right(x), this.above(y)]; }

  /** From pixels back to numbers. */
  back(px, py) {
    const { box: [x, y, width, height], across: [left, right], up: [low, high] } = this;
    return [left + (px - x) / width * (right - left), high - (py - y) / height * (high - low)];
  }

  line(points, ...how) { line(this.pen, points.map((point) => this.at(point)), ...how); }

  /** Filled between two curves. */
  area(upper, lower, fillStyle) {
    this.pen.beginPath();
    for (const point of [...upper, ...[...lower].reverse()]) this.pen.lineTo(...this.at(point));
    Object.assign(this.pen, { fillStyle }).fill();
  }
}

/** Round numbers that divide a range from 0 to `end` into three to six. */
function ticks(end) {
  const power = 10 ** Math.floor(Math.log10(end));
  const step = [0.2, 0.5, 1, 2, 5].find((each) => end / each / power <= 5) * power;
  return range(Math.floor(end / step) + 1).map((at) => [at * step, (at * step).toLocaleString("en")]);
}
