// The largest pixel of every memory, without a look at most pixels.
//
// No pixel lies outside [−1, 1], so between two combinations of images W and W' no pixel differs by more than Σ|W − W'|.
// All pixels of a combination were computed twice in the past; a mixture of those two that comes near the present one
// tells which few pixels can be the largest now. When it no longer says much, all are computed again. The answer is exact.

const ENOUGH = 0.04; // all are computed again when this part of the work would be left

/** What is known of K combinations; to each, `base` adds kept·(K·U pixels, or where alike ones differ their ends). */
function combinations(features, memories, base = null) {
  const { size, columns } = features, array = (length) => new Float64Array(length * memories);
  const once = () => ({ weights: array(size), pixels: array(columns), norm: array(1) });
  return { features, base, last: once(), first: once(), product: array(1), top: new Int32Array(memories), chosen: new Int32Array(columns) };
}

/** The largest absolute pixel of combination k; if none exceeds `matters`, any number up to that may come. */
function largestPixel(known, weights, k, matters) {
  const { features: { size: S, columns: U, from }, base, last, first, chosen, product, top } = known;
  const row = k * S, line = k * U, one = last.weights, two = first.weights, p = last.pixels, q = first.pixels;
  let sum = 0, along = 0, beside = 0, apart = 0, more = 0, left = 0, count = 0;
  for (let s = row; s < row + S; s++) {
    sum += weights[s];
    along += weights[s] * one[s];
    beside += weights[s] * two[s];
  }
  if (!(last.norm[k] > 0)) return allPixels(known, weights, k, sum);
  const aa = last.norm[k], ab = product[k], bb = first.norm[k], area = aa * bb - ab * ab, both = area > 1e-10 * aa * bb;
  const share = both ? (along * bb - beside * ab) / area : along / aa, other = both ? (beside * aa - along * ab) / area : 0;
  for (let s = row; s < row + S; s += 2) { // there are whole groups of four
    apart += Math.abs(weights[s] - share * one[s] - other * two[s]);
    more += Math.abs(weights[s + 1] - share * one[s + 1] - other * two[s + 1]);
  }
  apart += more + 1e-12 * (Math.abs(share) * Math.sqrt(aa) + Math.abs(other) * Math.sqrt(bb)) * S;
  let best = Math.max(matters, pixelSize(known, weights, k, top[k], sum));
  const bound = best - apart, part = base === null ? 0 : base.kept[k], reach = base === null ? p : base.reach;
  for (let u = line; u < line + U; u++) {
    if (!(Math.abs(share * p[u] + other * q[u]) + part * reach[u] < bound)) chosen[count++] = u - line;
  }
  for (let i = 0; i < count; i++) left += from[chosen[i] + 1] - from[chosen[i]];
  if (left > ENOUGH * from[U]) return Math.max(matters, allPixels(known, weights, k, sum));
  for (let i = 0; i < count; i++) {
    const size = pixelSize(known, weights, k, chosen[i], sum);
    if (size <= best) continue;
    best = size;
    top[k] = chosen[i];
  }
  return best;
}

/** Compute all pixels, and remember them. */
function allPixels(known, weights, k, sum) {
  const { features: { size: S, columns: U }, base, last, first, product, top } = known;
  let best = 0, square = 0, along = 0;
  for (let s = k * S; s < k * S + S; s++) {
    const weight = weights[s], before = last.weights[s];
    first.weights[s] = before;
    last.weights[s] = weight;
    square += weight * weight;
    along += weight * before;
  }
  for (let u = 0; u < U; u++) {
    const at = k * U + u, value = pixelOf(known, weights, k, u, sum);
    const size = base === null ? Math.abs(value) : wholeSize(base, k, at, value);
    if (size > best) {
      best = size;
      top[k] = u;
    }
    first.pixels[at] = last.pixels[at];
    last.pixels[at] = value;
  }
  first.norm[k] = last.norm[k];
  last.norm[k] = square;
  product[k] = along;
  return best;
}

/** One pixel of the images' part; every pixel begins with the background's, `sum` times that. */
function pixelOf({ features: { size, from, image, above } }, weights, k, u, sum) {
  const row = k * size, end = from[u + 1];
  let value = BACKGROUND * sum, other = 0, entry = from[u];
  for (; entry + 1 < end; entry += 2) {
    value += above[entry] * weights[row + image[entry]];
    other += above[entry + 1] * weights[row + image[entry + 1]];
  }
  if (entry < end) value += above[entry] * weights[row + image[entry]];
  return value + other;
}

/** The size of the whole pixel; of pixels that are alike, the larger of both ends. */
function pixelSize(known, weights, k, u, sum) {
  const { features: { columns }, base } = known, value = pixelOf(known, weights, k, u, sum);
  return base === null ? Math.abs(value) : wholeSize(base, k, k * columns + u, value);
}

function wholeSize({ kept, high, low }, k, at, value) {
  return Math.max(Math.abs(value + kept[k] * high[at]), Math.abs(value + kept[k] * low[at]));
}
