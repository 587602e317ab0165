// The learning rule: one epoch of hopcore.training in its dual form, in double precision.
//
// A step is made of images, with weights W; a memory's overlaps with the images change by W·(X·Xᵀ)/N, its
// pixels by W·X. As in hopcore.training.step, powers are taken in logarithms: a^n alone overflows or vanishes
// for most n, but a gradient is divided by its own largest entry, so only ratios matter. Everything lies in
// one closure over its arrays: a browser then makes the loops about one and a half times as fast.

const CATEGORIES = 10; // of digits; other data have their own
const LOWEST = -600, HIGHEST = 600; // exponents: below, nothing beside the largest; above, tanh is at ±1
const TINY = 1e-290; // the smallest divisor
const NOTHING = -1e30; // in the place of log 0
const BACKGROUND = -1; // of images

/** Of S images (S·N, in [−1, 1]) what differs from the background, pixel by pixel, and the Gram matrix. */
function featuresOf(images, size, pixels) {
  const value = (p, s) => images[s * pixels + p], ink = columnsOf(pixels, size, value, BACKGROUND);
  const gram = new Float64Array(size * size);
  overlaps({ size, pixels, ink }, images, size, gram);
  return { size, pixels, ink, dense: gram, gram: columnsOf(size, size, (i, j) => gram[i * size + j], 0) };
}

/** The columns of a matrix, value(column, row), without the entries that are background. */
function columnsOf(width, height, value, background) {
  const from = [0], row = [], above = [], rest = new Float64Array(height);
  for (let column = 0; column < width; column++) {
    for (let s = 0; s < height; s++) {
      const more = value(column, s) - background;
      if (more === 0) continue;
      row.push(8 * s); // where it lies in weights that are packed by eight
      above.push(more);
      rest[s] += background * more;
    }
    from.push(row.length);
  }
  const [starts, rows] = [from, row].map((numbers) => Int32Array.from(numbers));
  return { width, background, rest, from: starts, row: rows, above: Float64Array.from(above) };
}

/** Overlaps of vectors (K·N) with the images, over N, to (K × S); background of either costs nothing. */
function overlaps({ size, pixels, ink: { from, row, above, rest } }, vectors, many, all) {
  for (let k = 0; k < many; k++) {
    const own = rest.slice();
    let total = 0;
    for (let p = 0; p < pixels; p++) {
      const value = vectors[k * pixels + p] - BACKGROUND;
      total += value + BACKGROUND;
      if (value === 0) continue;
      for (let entry = from[p]; entry < from[p + 1]; entry++) own[row[entry] / 8] += above[entry] * value;
    }
    for (let s = 0; s < size; s++) all[k * size + s] = (own[s] + BACKGROUND * total) / pixels;
  }
}

/** Two images of which only the overlaps are known; they are (1, 1) and (1, −1) to look at. */
function pairFeatures(aa, ab, bb) {
  const gram = columnsOf(2, 2, (i, j) => [aa, ab, bb][i + j], 0);
  return { ...featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2), gram };
}

/** K memories under training; `own` are the images' categories. Blank ones fill them to groups of eight. */
function learningRule(features, own, count, C = CATEGORIES) {
  const { size: S, pixels: N, gram, ink } = features;
  const K = Math.ceil(count / 8) * 8, array = (width) => new Float64Array(K * width);
  const moving = () => ({ overlaps: array(S), pixels: array(N), labels: array(C) });
  const state = moving(), velocity = moving(), change = moving();
  const weights = array(S), logarithms = array(S), powers = array(S), packed = new Float64Array(8 * S);
  const fields = new Float64Array(C * S), scale = new Float64Array(S), votes = new Float64Array(S);

  /** Begin with these memories (K·N) and labels (K·C). */
  function take(memories, labels) {
    state.pixels.set(memories);
    state.labels.set(labels);
    overlaps(features, memories, count, state.overlaps);
    for (const each of Object.values(velocity)) each.fill(0);
  }

  /** What steps of these weights change, eight memories at a time. */
  function spread() {
    for (let k = 0; k < K; k += 8) {
      for (let m = 0; m < 8; m++) for (let s = 0; s < S; s++) packed[8 * s + m] = weights[(k + m) * S + s];
      multiply(gram, change.overlaps, k);
      multiply(ink, change.pixels, k);
    }
  }

  /** The packed weights times columns of images, to eight rows of `values` from row k on, in registers. */
  function multiply({ width, background, from, row, above }, values, k) {
    const sums = new Array(8).fill(0);
    for (let w = 0; w < 8 * S; w++) sums[w % 8] += packed[w];
    const [a, b, c, d, e, f, g, h] = sums.map((total) => background * total);
    for (let column = 0; column < width; column++) {
      let x0 = a, x1 = b, x2 = c, x3 = d, x4 = e, x5 = f, x6 = g, x7 = h;
      for (let entry = from[column], end = from[column + 1]; entry < end; entry++) {
        const x = above[entry], w = row[entry];
        x0 += x * packed[w]; x1 += x * packed[w + 1]; x2 += x * packed[w + 2]; x3 += x * packed[w + 3];
        x4 += x * packed[w + 4]; x5 += x * packed[w + 5]; x6 += x * packed[w + 6]; x7 += x * packed[w + 7];
      }
      const at = k * width + column, half = at + 4 * width;
      const two = 2 * width, three = 3 * width;
      values[at] = x0; values[at + width] = x1; values[at + two] = x2; values[at + three] = x3;
      values[half] = x4; values[half + width] = x5; values[half + two] = x6; values[half + three] = x7;
    }
  }

  /** aⁿ of the activations a = (h/T)₊, log h, and the scores before their tanh, `fields` (C × S). */
  function respond({ n, rescaledTemperature }) {
    const logTemperature = Math.log(rescaledTemperature);
    fields.fill(0);
    for (let k = 0; k < K; k++) {
      for (let s = 0, i = k * S; s < S; s++, i++) {
        const h = state.overlaps[i];
        logarithms[i] = h > 0 ? Math.log(h) : NOTHING;
        powers[i] = Math.exp(within(n * (logarithms[i] - logTemperature), LOWEST, HIGHEST));
      }
      for (let c = 0; c < C; c++) add(fields, state.labels[k * C + c], powers, c * S, S, k * S);
    }
    return fields;
  }

  /**
   * In the place of the scores, the cost's derivatives by them relative to the largest of each image.
   *
   * With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that log|g| is, to a constant,
   * (2n + 1) log σ(−2u) + 2u; its largest goes to `scale`.
   */
  function derive(n) {
    for (let s = 0; s < S; s++) {
      scale[s] = -Infinity;
      for (let c = 0, f = s; c < C; c++, f += S) {
        const v = own[s] === c ? -2 * fields[f] : 2 * fields[f];
        fields[f] = (2 * n + 1) * (Math.min(v, 0) - Math.log1p(Math.exp(-Math.abs(v)))) - v;
        if (fields[f] > scale[s]) scale[s] = fields[f];
      }
      for (let c = 0, f = s; c < C; c++, f += S) {
        const size = Math.exp(Math.max(fields[f] - scale[s], LOWEST));
        fields[f] = own[s] === c ? size : -size;
      }
    }
  }

  /** The images' weights in every memory's step, and the gradient of the labels, each in units of its own. */
  function pull(n) {
    for (let k = 0; k < K; k++) {
      const row = k * S, exponent = (s) => scale[s] + (n - 1) * logarithms[row + s];
      let largest = -Infinity;
      for (let s = 0; s < S; s++) largest = Math.max(largest, exponent(s));
      votes.fill(0);
      for (let c = 0; c < C; c++) add(votes, state.labels[k * C + c], fields, 0, S, c * S);
      for (let s = 0; s < S; s++) {
        const power = Math.exp(Math.max(exponent(s) - largest, LOWEST));
        weights[row + s] = power * votes[s];
        powers[row + s] = power * Math.max(state.overlaps[row + s], 0);
      }
      for (let c = 0; c < C; c++) {
        let total = 0;
        for (let s = 0; s < S; s++) total += powers[row + s] * fields[c * S + s];
        change.labels[k * C + c] = total;
      }
    }
  }

  /** total = keep·total + factor·addend for a memory; gives its largest pixel. */
  function gain(total, keep, factor, addend, k) {
    blend(total.overlaps, keep, factor, addend.overlaps, k * S, S);
    return blend(total.pixels, keep, factor, addend.pixels, k * N, N);
  }

  /** Divide the gradients by their largest entries, add momentum, and move. */
  function move(rate, momentum) {
    for (let k = 0; k < count; k++) {
      // A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
      const size = largestOf(change.labels, k * C, C);
      const step = size > 0 ? 1 / Math.max(largestOf(change.pixels, k * N, N), TINY) : 0;
      const label = blend(velocity.labels, momentum, 1 / Math.max(size, TINY), change.labels, k * C, C);
      const pixel = gain(velocity, momentum, step, change, k);
      blend(state.labels, 1, rate / Math.max(label, TINY), velocity.labels, k * C, C);
      limit(k, gain(state, 1, rate / Math.max(pixel, TINY), velocity, k));
    }
  }

  /** Labels within [−1, 1]; a memory divided by its largest pixel where that exceeds 1. */
  function limit(k, pixel = largestOf(state.pixels, k * N, N)) {
    for (let at = k * C; at < (k + 1) * C; at++) state.labels[at] = within(state.labels[at], -1, 1);
    if (!(pixel > 1)) return;
    for (let at = k * S; at < (k + 1) * S; at++) state.overlaps[at] /= pixel;
    for (let at = k * N; at < (k + 1) * N; at++) state.pixels[at] /= pixel;
  }

  function epoch(rule) {
    respond(rule);
    derive(rule.n);
    pull(rule.n);
    spread();
    move(rule.rate, rule.momentum);
  }

  return { state, take, limit, epoch, scores: respond };
}
