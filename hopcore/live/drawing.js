// Canvases: sharp at any pixel ratio, in the page's own colours, drawn once a frame at most.

const FRAME = 10; // milliseconds of drawing after which the rest waits for the next frame
const INK = "currentcolor"; // of the canvas, which is that of the page

/** A canvas that fills its cell; `draw(pen, width, height)` in CSS pixels. `BOOK` has the book's colours. */
class Canvas {
  static waiting = new Set();

  constructor(parent, name, ratio, label, draw) {
    Object.assign(this, { label, draw, element: make("canvas", { className: name, role: "img" }, parent) });
    this.element.style.aspectRatio = String(ratio);
    this.pen = this.element.getContext("2d");
    this.say("");
    new ResizeObserver(() => this.request()).observe(this.element);
  }

  /** What it shows, for those who do not see it. */
  say(words) { this.element.setAttribute("aria-label", `${this.label}. ${words}`); }

  request() {
    if (!Canvas.waiting.size) requestAnimationFrame(Canvas.paintSome);
    Canvas.waiting.add(this);
  }

  /** As many canvases in a frame as its time allows; the others in the next. */
  static paintSome() {
    const end = performance.now() + FRAME;
    try {
      for (const each of Canvas.waiting) {
        Canvas.waiting.delete(each);
        each.paint();
        if (performance.now() > end) break;
      }
    } finally {
      if (Canvas.waiting.size) requestAnimationFrame(Canvas.paintSome);
    }
  }

  paint() {
    const { pen, element } = this, { clientWidth, clientHeight } = element, ratio = window.devicePixelRatio || 1;
    if (!clientWidth || !clientHeight) return;
    const [width, height] = [clientWidth, clientHeight].map((size) => Math.round(size * ratio));
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, clientWidth, clientHeight);
    Object.assign(pen, { fillStyle: INK, strokeStyle: INK });
    this.draw(pen, clientWidth, clientHeight);
  }
}

function text(pen, words, x, y, { colour = INK, align = "left", base = "middle", size = 12, bold = false } = {}) {
  const font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
  Object.assign(pen, { font, textAlign: align, textBaseline: base, fillStyle: colour });
  pen.fillText(words, x, y);
}

function line(pen, points, colour = INK, width = 1.5, dash = []) {
  pen.beginPath();
  for (const [x, y] of points) pen.lineTo(x, y);
  Object.assign(pen, { strokeStyle: colour, lineWidth: width }).setLineDash(dash);
  pen.stroke();
}

function disc(pen, x, y, radius, fill, edge = null, width = 1.5) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) Object.assign(pen, { fillStyle: fill }).fill();
  if (edge) Object.assign(pen, { strokeStyle: edge, lineWidth: width }).stroke();
}

/** Axes in a box [x, y, width, height], with ticks [[value, name]…], and what is drawn at their numbers. */
class Axes {
  constructor(pen, box, { across, up, xTicks = [], yTicks = [], xName = "", yName = "" }) {
    const [x, y, width, height] = box, foot = y + height, small = { size: 11 };
    Object.assign(this, { pen, box, across, up });
    line(pen, [[x, y], [x, foot], [x + width, foot]], INK, 0.8);
    pen.globalAlpha = 0.85;
    for (const [value, name] of xTicks) {
      const at = this.right(value);
      line(pen, [[at, foot], [at, foot + 4]], INK, 0.8);
      text(pen, name, at, foot + 7, { align: "center", base: "top", ...small });
    }
    for (const [value, name] of yTicks) {
      const at = this.above(value);
      line(pen, [[x - 4, at], [x, at]], INK, 0.8);
      text(pen, name, x - 7, at, { align: "right", ...small });
    }
    text(pen, xName, x + width, foot + 20, { align: "right", base: "top", ...small });
    text(pen, yName, x - 2, y - 6, { base: "bottom", ...small });
    pen.globalAlpha = 1;
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
  area(upper, lower, colour) {
    const { pen } = this;
    pen.beginPath();
    for (const point of [...upper, ...[...lower].reverse()]) pen.lineTo(...this.at(point));
    Object.assign(pen, { fillStyle: colour }).fill();
  }
}

/** Round numbers that divide a range from 0 to `end` into three to six. */
function ticks(end) {
  const power = 10 ** Math.floor(Math.log10(end));
  const step = [0.2, 0.5, 1, 2, 5].map((each) => each * power).find((each) => end / each <= 5);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => [at * step, (at * step).toLocaleString("en")]);
}

/** The end of an axis that grows in jumps. */
function reach(value, least) {
  let end = least;
  while (end < value) end = Math.round(end * 1.5);
  return end;
}

/** Where K images stand in a table: how many in a row, and of each its column and row. */
function places(count) {
  const columns = Math.ceil(Math.sqrt(count));
  return { columns, rows: Math.ceil(count / columns), of: (k) => [k % columns, Math.floor(k / columns)] };
}

/** Images (K·N) in a table that fills a square; `frames` gives each a colour or null. */
function mosaic(pen, images, count, [x, y, size], frames = () => null, gap = 3) {
  const side = Math.round(Math.sqrt(images.length / count)), cell = side + gap, { columns, rows, of } = places(count);
  const [width, height] = [columns, rows].map((cells) => cells * cell + gap), data = new ImageData(width, height);
  const pixels = new Uint32Array(data.data.buffer), sheet = (mosaic.sheet ??= document.createElement("canvas"));
  for (let k = 0, at = 0; k < count; k++) {
    const [left, top] = of(k).map((place) => place * cell + gap);
    for (let row = top; row < top + side; row++) {
      for (let p = row * width + left, end = p + side; p < end; p++) pixels[p] = colourOf(images[at++]);
    }
  }
  Object.assign(sheet, { width, height }).getContext("2d").putImageData(data, 0, 0);
  const scale = size / Math.max(width, height), edge = (side + 2) * scale;
  pen.imageSmoothingEnabled = scale * (window.devicePixelRatio || 1) < 1.5;
  pen.drawImage(sheet, x, y, width * scale, height * scale);
  pen.lineWidth = Math.max(1.5, 1.6 * scale);
  for (let k = 0; k < count; k++) {
    const colour = frames(k), [left, top] = of(k).map((place) => (place * cell + gap - 1) * scale);
    if (colour) Object.assign(pen, { strokeStyle: colour }).strokeRect(x + left, y + top, edge, edge);
  }
}

/** The book's map from −1 (blue) over 0 (white) to +1 (red), as the canvas wants its pixels. */
function colourOf(value) {
  colourOf.map ??= Uint32Array.from({ length: 256 }, (_, at) => {
    const [red, green, blue] = [0, 2, 4].map((byte) => BOOK.pixels.slice(6 * at + byte, 6 * at + byte + 2));
    return parseInt(`ff${blue}${green}${red}`, 16);
  });
  return colourOf.map[Math.min(255, Math.max(0, Math.floor((value + 1) * 128)))];
}
