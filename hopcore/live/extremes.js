// The largest pixel of every memory, without a look at most pixels.
//
// No pixel lies outside [−1, 1], so between two combinations of images W and λW' no pixel differs by more than
// Σ|W − λW'|. Of a combination whose pixels were all computed once, only those can be the largest now that were near the
// largest then; when that no longer says much, all are computed again. The answer is exact.

const ENOUGH = 0.06; // all are computed again when this part of the work would be left

/** What is known of K combinations; to each, `base` adds kept·(K·U pixels, or where alike ones differ their ends). */
function combinations(features, memories, base = null) {
  const { size, columns } = features, array = (length) => new Float64Array(length);
  return {
    features, base, then: array(memories * size), sizes: array(memories * columns), norm: array(memories),
    top: new Int32Array(memories), chosen: new Int32Array(columns), kept: array(memories),
  };
}

/** The largest absolute pixel of combination k; if none exceeds `matters`, any number up to that may come. */
function largestPixel(known, weights, k, matters) {
  const { features, base, then, sizes, norm, top, chosen, kept } = known, { size: S, columns: U, from } = features;
  const row = k * S, first = k * U;
  let sum = 0, along = 0;
  for (let s = row; s < row + S; s++) {
    sum += weights[s];
    along += weights[s] * then[s];
  }
  if (!(norm[k] > 0)) return allPixels(known, weights, k, sum);
  const share = along / norm[k], scale = Math.abs(share);
  let apart = 1e-13 * Math.abs(sum);
  for (let s = row; s < row + S; s++) apart += Math.abs(weights[s] - share * then[s]);
  if (base !== null) apart += Math.abs(base.kept[k] - share * kept[k]) * base.size[k];
  if (scale * sizes[first + top[k]] + apart < matters) return matters;
  let best = Math.max(pixelSize(known, weights, k, top[k], sum), matters), left = 0, count = 0;
  const bound = (best - apart) / scale;
  for (let u = 0; u < U; u++) {
    if (!(sizes[first + u] < bound)) {
      chosen[count++] = u;
      left += from[u + 1] - from[u];
    }
  }
  if (left > ENOUGH * from[U]) return allPixels(known, weights, k, sum);
  for (let i = 0; i < count; i++) best = Math.max(best, pixelSize(known, weights, k, chosen[i], sum));
  return best;
}

function allPixels(known, weights, k, sum) {
  const { features: { size: S, columns: U }, base, then, sizes, norm, top, kept } = known;
  let best = 0, square = 0;
  for (let u = 0; u < U; u++) {
    const size = pixelSize(known, weights, k, u, sum);
    sizes[k * U + u] = size;
    if (size > best) {
      best = size;
      top[k] = u;
    }
  }
  for (let s = k * S; s < k * S + S; s++) {
    then[s] = weights[s];
    square += weights[s] * weights[s];
  }
  norm[k] = square;
  if (base !== null) kept[k] = base.kept[k];
  return best;
}

/** One pixel's size; every pixel begins with the background's, `sum` times that. */
function pixelSize(known, weights, k, u, sum) {
  const { features: { size: S, columns: U, from, image, above }, base } = known, row = k * S, end = from[u + 1];
  let value = BACKGROUND * sum, other = 0, entry = from[u];
  for (; entry + 1 < end; entry += 2) {
    value += above[entry] * weights[row + image[entry]];
    other += above[entry + 1] * weights[row + image[entry + 1]];
  }
  if (entry < end) value += above[entry] * weights[row + image[entry]];
  value += other;
  if (base === null) return Math.abs(value);
  const at = k * U + u, part = base.kept[k];
  return Math.max(Math.abs(value + part * base.high[at]), Math.abs(value + part * base.low[at]));
}
