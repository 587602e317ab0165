// Axes: scales, ticks, and what is drawn at their numbers.

/** Axes in a box [x, y, width, height], from `across` and `up`, with ticks [[value, name]…]. */
class Axes {
  constructor(pen, box, { across, up, xTicks = [], yTicks = [], xName = "", yName = "" }) {
    const [x, y, width, height] = box, foot = y + height, size = 11;
    Object.assign(this, { pen, box, across, up });
    line(pen, [[x, y], [x, foot], [x + width, foot]], INK, 0.8);
    pen.globalAlpha = 0.85;
    for (const [value, name] of xTicks) {
      const at = this.right(value);
      line(pen, [[at, foot], [at, foot + 4]], INK, 0.8);
      text(pen, name, at, foot + 7, { align: "center", base: "top", size });
    }
    for (const [value, name] of yTicks) {
      const at = this.above(value);
      line(pen, [[x - 4, at], [x, at]], INK, 0.8);
      text(pen, name, x - 7, at, { align: "right", size });
    }
    text(pen, xName, x + width, foot + 20, { align: "right", base: "top", size });
    text(pen, yName, x - 2, y - 6, { base: "bottom", size });
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
