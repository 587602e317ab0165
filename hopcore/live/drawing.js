// Canvases: sharp at any pixel ratio, in the page's own colours, drawn once a frame at most.

let INK = "#000"; // the page's colour of text, at each painting

/** A canvas that fills its cell; `draw(pen, width, height)` in CSS pixels. `BOOK` has the book's colours. */
class Canvas {
  constructor(parent, name, ratio, label, draw) {
    Object.assign(this, { label, draw, element: make("canvas", { className: name, role: "img" }, parent) });
    this.element.style.aspectRatio = String(ratio);
    this.pen = this.element.getContext("2d");
    this.say("");
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

function disc(pen, x, y, radius, fill, edge = null, width = 1.5) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  if (fill) Object.assign(pen, { fillStyle: fill }).fill();
  if (edge) Object.assign(pen, { strokeStyle: edge, lineWidth: width }).stroke();
}

/** Images (K·N) in a table that fills a square; `frames` gives each a colour or null. */
function mosaic(pen, images, count, [x, y, size], frames = () => null, gap = 3) {
  const { columns, rows, of } = places(count), side = Math.sqrt(images.length / count), cell = side + gap;
  const [width, height] = [columns * cell + gap, rows * cell + gap], data = new ImageData(width, height);
  const pixels = new Uint32Array(data.data.buffer), sheet = (mosaic.sheet ??= make("canvas"));
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
    const strokeStyle = frames(k), [left, top] = of(k).map((place) => (place * cell + gap - 1) * scale);
    if (strokeStyle) Object.assign(pen, { strokeStyle }).strokeRect(x + left, y + top, edge, edge);
  }
}

/** How many columns and rows K images fill, and the column and row of each. */
function places(count) {
  const columns = Math.ceil(Math.sqrt(count));
  return { columns, rows: Math.ceil(count / columns), of: (k) => [k % columns, Math.floor(k / columns)] };
}

/** The book's map from −1 (blue) over 0 (white) to +1 (red), as the canvas wants its pixels. */
function colourOf(value) {
  colourOf.map ??= Uint32Array.from(BOOK.pixels.match(/.{6}/g), (hex) => {
    const [red, green, blue] = hex.match(/../g);
    return parseInt(`ff${blue}${green}${red}`, 16);
  });
  return colourOf.map[within(Math.floor((value + 1) * 128), 0, 255)];
}
