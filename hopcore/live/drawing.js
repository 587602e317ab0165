// Canvases: sharp at any pixel ratio, in the page's own colours, drawn once a frame at most.

const FRAME = 10; // milliseconds of drawing after which the rest waits for the next frame

/** A canvas that fills its cell; `draw(pen, width, height, ink)` in CSS pixels. `BOOK` has the book's colours. */
class Canvas {
  static waiting = new Set();

  constructor(parent, { name, label, ratio, draw }) {
    this.element = make("canvas", { className: `canvas ${name}`, role: "img", "aria-label": label }, parent);
    this.element.style.aspectRatio = String(ratio);
    this.draw = draw;
    this.pen = this.element.getContext("2d");
    new ResizeObserver(() => this.request()).observe(this.element);
  }

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
    const { clientWidth: width, clientHeight: height } = this.element, ratio = window.devicePixelRatio || 1;
    if (!width || !height) return;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.element.width !== w || this.element.height !== h) Object.assign(this.element, { width: w, height: h });
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    this.draw(this.pen, width, height, getComputedStyle(this.element).color);
  }

  say(text) {
    this.element.setAttribute("aria-label", text);
  }
}

function text(pen, words, x, y, { colour, align = "left", base = "middle", size = 12, bold = false } = {}) {
  pen.font = `${bold ? "600 " : ""}${size}px system-ui, sans-serif`;
  pen.textAlign = align;
  pen.textBaseline = base;
  if (colour) pen.fillStyle = colour;
  pen.fillText(words, x, y);
}

function line(pen, points, colour, width = 1.5, dash = []) {
  pen.beginPath();
  points.forEach(([x, y], at) => (at ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

function disc(pen, x, y, radius, fill, edge = null, width = 1.5) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) {
    pen.fillStyle = fill;
    pen.fill();
  }
  if (edge) {
    pen.strokeStyle = edge;
    pen.lineWidth = width;
    pen.stroke();
  }
}

/** Axes in a box [x, y, width, height]: ticks [[value, label]…] at places `across` and `up`; both scales are returned. */
function axes(pen, [x, y, width, height], { across, up, xTicks = [], yTicks = [], xName = "", yName = "" }, ink) {
  const right = (value) => x + ((value - across[0]) / (across[1] - across[0])) * width;
  const above = (value) => y + height - ((value - up[0]) / (up[1] - up[0])) * height;
  line(pen, [[x, y], [x, y + height], [x + width, y + height]], ink, 0.8);
  pen.globalAlpha = 0.85;
  for (const [value, name] of xTicks) {
    line(pen, [[right(value), y + height], [right(value), y + height + 4]], ink, 0.8);
    text(pen, name, right(value), y + height + 7, { colour: ink, align: "center", base: "top", size: 11 });
  }
  for (const [value, name] of yTicks) {
    line(pen, [[x - 4, above(value)], [x, above(value)]], ink, 0.8);
    text(pen, name, x - 7, above(value), { colour: ink, align: "right", size: 11 });
  }
  if (xName) text(pen, xName, x + width, y + height + 20, { colour: ink, align: "right", base: "top", size: 11 });
  if (yName) text(pen, yName, x - 2, y - 6, { colour: ink, base: "bottom", size: 11 });
  pen.globalAlpha = 1;
  return { right, above };
}

/** Round numbers that divide a range from 0 to `end` into three to six. */
function ticks(end) {
  const power = 10 ** Math.floor(Math.log10(end)), step = [0.2, 0.5, 1, 2, 5].map((each) => each * power).find((each) => end / each <= 5);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => [at * step, (at * step).toLocaleString("en")]);
}

/** The end of an axis that grows in jumps. */
function reach(value, least) {
  let end = least;
  while (end < value) end = Math.round(end * 1.5);
  return end;
}

/** Images (K·N) in a table that fills a square; `frames` gives each a colour or null. */
function mosaic(pen, images, count, [x, y, size], frames = () => null, gap = 3) {
  const side = Math.round(Math.sqrt(images.length / count)), columns = Math.ceil(Math.sqrt(count)), rows = Math.ceil(count / columns);
  const cell = side + gap, sheet = (mosaic.sheet ??= document.createElement("canvas"));
  const [width, height] = [columns * cell + gap, rows * cell + gap], data = new ImageData(width, height);
  const whole = new Uint32Array(data.data.buffer);
  for (let k = 0; k < count; k++) {
    const left = (k % columns) * cell + gap, top = Math.floor(k / columns) * cell + gap;
    for (let p = 0; p < side * side; p++) {
      whole[(top + Math.floor(p / side)) * width + left + (p % side)] = colourOf(images[k * side * side + p]);
    }
  }
  Object.assign(sheet, { width, height });
  sheet.getContext("2d").putImageData(data, 0, 0);
  const scale = size / Math.max(width, height);
  pen.imageSmoothingEnabled = scale * (window.devicePixelRatio || 1) < 1.5;
  pen.drawImage(sheet, x, y, width * scale, height * scale);
  for (let k = 0; k < count; k++) {
    const colour = frames(k);
    if (!colour) continue;
    pen.strokeStyle = colour;
    pen.lineWidth = Math.max(1.5, 1.6 * scale);
    pen.strokeRect(x + ((k % columns) * cell + gap - 1) * scale, y + (Math.floor(k / columns) * cell + gap - 1) * scale, (side + 2) * scale, (side + 2) * scale);
  }
}

/** The book's map from −1 (blue) over 0 (white) to +1 (red), as the canvas wants its pixels. */
function colourOf(value) {
  colourOf.map ??= Uint32Array.from({ length: 256 }, (_, at) => {
    const hex = BOOK.pixels.slice(6 * at, 6 * at + 6);
    return parseInt(`ff${hex.slice(4)}${hex.slice(2, 4)}${hex.slice(0, 2)}`, 16);
  });
  return colourOf.map[Math.min(255, Math.max(0, Math.floor((value + 1) * 128)))];
}
