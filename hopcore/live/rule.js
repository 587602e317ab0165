// The learning rule: one epoch of hopcore.training in its dual form, in double precision.
//
// As in hopcore.training.step, powers are taken in logarithms: a^n alone overflows or vanishes for most n,
// but a gradient is divided by its own largest entry, so only ratios matter. Everything lies in one closure
// over its arrays: a browser then makes the loops about one and a half times as fast.

const CATEGORIES = 10;
const LOWEST = -600, HIGHEST = 600; // exponents: below, nothing beside the largest; above, tanh is at ±1
const TINY = 1e-290; // the smallest divisor
const NOTHING = -1e30; // in the place of log 0

/**
 * K memories under training, each kept·base + weights·images; `own` are the images' categories. `values`
 * (K × P) are what the rule looks at, see features.js; all arrays are filled to groups of four memories.
 */
function learningRule(features, own, count) {
  const { size: S, columns: P, gram, sparse: { from, image, above } } = features;
  const K = whole(count), C = CATEGORIES, array = (width) => new Float64Array(K * width);
  const moving = () => ({ values: array(P), labels: array(C), weights: array(S) });
  const state = { ...moving(), kept: array(1).fill(1) }, change = moving();
  const velocity = { ...moving(), on: false };
  const logarithms = array(S), powers = array(S), packed = new Float64Array(4 * S);
  const fields = new Float64Array(C * S), scale = new Float64Array(S), votes = new Float64Array(S);

  /** What weights of the images (K × S) are in the values (K × P), four memories at a time. */
  function valuesOf(weights, values) {
    for (let k = 0; k < K; k += 4) {
      for (let m = 0; m < 4; m++) for (let s = 0; s < S; s++) packed[4 * s + m] = weights[(k + m) * S + s];
      overlapsOf(values, k * P);
      pixelsOf(values, k * P + S);
    }
  }

  /** The packed weights times the Gram matrix, in blocks of four memories and four images, in registers. */
  function overlapsOf(values, p) {
    const q = p + P, r = q + P, t = r + P;
    for (const row of [p, q, r, t]) values.fill(0, row, row + S);
    for (let s = 0, w = 0; s < S; s += 4, w += 16) {
      const a0 = packed[w], b0 = packed[w + 1], c0 = packed[w + 2], d0 = packed[w + 3];
      const a1 = packed[w + 4], b1 = packed[w + 5], c1 = packed[w + 6], d1 = packed[w + 7];
      const a2 = packed[w + 8], b2 = packed[w + 9], c2 = packed[w + 10], d2 = packed[w + 11];
      const a3 = packed[w + 12], b3 = packed[w + 13], c3 = packed[w + 14], d3 = packed[w + 15];
      const g0 = s * S, g1 = g0 + S, g2 = g1 + S, g3 = g2 + S;
      for (let j = 0; j < S; j++) {
        const x0 = gram[g0 + j], x1 = gram[g1 + j], x2 = gram[g2 + j], x3 = gram[g3 + j];
        values[p + j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
        values[q + j] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
        values[r + j] += c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3;
        values[t + j] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3;
      }
    }
  }

  /** The packed weights times the images' distinct pixels: the background, and what differs from it. */
  function pixelsOf(values, p) {
    const sums = [0, 0, 0, 0];
    for (let w = 0; w < 4 * S; w++) sums[w % 4] += packed[w];
    const [a, b, c, d] = sums.map((sum) => BACKGROUND * sum);
    for (let u = 0; u < P - S; u++) {
      let x0 = a, x1 = b, x2 = c, x3 = d;
      for (let entry = from[u], end = from[u + 1]; entry < end; entry++) {
        const x = above[entry], w = 4 * image[entry];
        x0 += x * packed[w]; x1 += x * packed[w + 1]; x2 += x * packed[w + 2]; x3 += x * packed[w + 3];
      }
      values[p + u] = x0; values[p + P + u] = x1; values[p + 2 * P + u] = x2; values[p + 3 * P + u] = x3;
    }
  }

  /** aⁿ of the activations a = (h/T)₊, log h, and the scores before their tanh, `fields` (C × S). */
  function respond({ n, rescaledTemperature }) {
    const logTemperature = Math.log(rescaledTemperature);
    fields.fill(0);
    for (let k = 0; k < K; k++) {
      for (let s = 0, i = k * S; s < S; s++, i++) {
        const h = state.values[k * P + s];
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
        change.weights[row + s] = power * votes[s];
        powers[row + s] = power * Math.max(state.values[k * P + s], 0);
      }
      for (let c = 0; c < C; c++) {
        let sum = 0;
        for (let s = 0; s < S; s++) sum += powers[row + s] * fields[c * S + s];
        change.labels[k * C + c] = sum;
      }
    }
  }

  const largestPixel = ({ values }, k) => largestOf(values, k * P + S, P - S);
  const largestLabel = ({ labels }, k) => largestOf(labels, k * C, C);

  function shrink({ values, weights }, factor, k) {
    scaled(values, factor, k * P, P);
    scaled(weights, factor, k * S, S);
  }

  function gain(total, addend, k, factor, labelFactor) {
    add(total.values, factor, addend.values, k * P, P);
    add(total.weights, factor, addend.weights, k * S, S);
    add(total.labels, labelFactor, addend.labels, k * C, C);
  }

  /** Divide the gradients by their largest entries, add momentum, and move. */
  function move(rate, momentum) {
    velocity.on ||= momentum > 0;
    for (let k = 0; k < count; k++) {
      // A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
      const size = largestLabel(change, k), labelStep = 1 / Math.max(size, TINY);
      const step = size > 0 ? 1 / Math.max(largestPixel(change, k), TINY) : 0;
      if (velocity.on) {
        shrink(velocity, momentum, k);
        scaled(velocity.labels, momentum, k * C, C);
        gain(velocity, change, k, step, labelStep);
        const pixel = largestPixel(velocity, k), label = largestLabel(velocity, k);
        gain(state, velocity, k, rate / Math.max(pixel, TINY), rate / Math.max(label, TINY));
      } else gain(state, change, k, rate * step, rate * labelStep);
    }
  }

  /** Labels within [−1, 1]; a memory divided by its largest pixel where that exceeds 1. */
  function limit() {
    for (let at = 0; at < count * C; at++) state.labels[at] = within(state.labels[at], -1, 1);
    for (let k = 0; k < count; k++) {
      const factor = Math.min(1 / largestPixel(state, k), 1);
      shrink(state, factor, k);
      state.kept[k] *= factor;
    }
  }

  function epoch(rule) {
    respond(rule);
    derive(rule.n);
    pull(rule.n);
    valuesOf(change.weights, change.values);
    move(rule.rate, rule.momentum);
    limit();
  }

  return { state, velocity, valuesOf, limit, epoch, scores: respond };
}
