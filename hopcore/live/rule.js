// The learning rule: one epoch of hopcore.training in its dual form, in double precision.
//
// Powers are taken in logarithms. a^n alone overflows or vanishes for most n, but a gradient is divided by its own
// largest entry, so only ratios matter, and a memory's weights are taken relative to its largest. Everything lies in
// one closure over its arrays: a browser then makes the loops about one and a half times as fast.

const CATEGORIES = 10;
const LOWEST = -600, HIGHEST = 600; // exponents: below, nothing beside the largest; above, tanh is at ±1
const SAFE = 250; // between these, powers may be multiplied without a logarithm
const TINY = 1e-290; // the smallest overlap of which the logarithm is taken, and the smallest divisor
const NOTHING = -1e30; // in the place of log 0

/**
 * K memories under training, each kept·base + weights·images; `targets` are the images' categories.
 *
 * All arrays are over K memories, filled to groups of four, and, where over images, `features.size` of them.
 */
function learningRule(features, targets, memories) {
  const { size: S, columns: U, gram } = features, K = whole(memories, 4), C = CATEGORIES;
  const array = (size) => new Float64Array(size);
  const overlaps = array(K * S), labels = array(K * C), weights = array(K * S), kept = array(K).fill(1);
  const base = { kept, high: array(K * U), low: array(K * U), reach: array(K * U) };
  const velocity = array(K * S), overlapVelocity = array(K * S), labelVelocity = array(K * C);
  const pulls = array(K * S), change = array(K * S), labelChange = array(K * C);
  const powers = array(K * S), lower = array(K * S), fields = array(C * S), scale = array(S), relative = array(S);
  const votes = array(2 * S), own = new Int32Array(S).fill(-1);
  own.set(targets);
  const pulled = combinations(features, K), moved = combinations(features, K), valued = combinations(features, K, base);
  let moving = false;

  /** into = these weights (K × S) times the Gram matrix, in blocks of four memories and eight images, in registers. */
  function overlapsOf(given, into) {
    into.fill(0);
    for (let k = 0; k < K; k += 4) {
      const p = k * S, q = p + S, r = q + S, t = r + S;
      for (let s = 0; s < S; s += 8) {
        const a0 = given[p + s], a1 = given[p + s + 1], a2 = given[p + s + 2], a3 = given[p + s + 3],
          a4 = given[p + s + 4], a5 = given[p + s + 5], a6 = given[p + s + 6], a7 = given[p + s + 7];
        const b0 = given[q + s], b1 = given[q + s + 1], b2 = given[q + s + 2], b3 = given[q + s + 3],
          b4 = given[q + s + 4], b5 = given[q + s + 5], b6 = given[q + s + 6], b7 = given[q + s + 7];
        const c0 = given[r + s], c1 = given[r + s + 1], c2 = given[r + s + 2], c3 = given[r + s + 3],
          c4 = given[r + s + 4], c5 = given[r + s + 5], c6 = given[r + s + 6], c7 = given[r + s + 7];
        const d0 = given[t + s], d1 = given[t + s + 1], d2 = given[t + s + 2], d3 = given[t + s + 3],
          d4 = given[t + s + 4], d5 = given[t + s + 5], d6 = given[t + s + 6], d7 = given[t + s + 7];
        const g0 = s * S, g1 = g0 + S, g2 = g1 + S, g3 = g2 + S, g4 = g3 + S, g5 = g4 + S, g6 = g5 + S, g7 = g6 + S;
        for (let j = 0; j < S; j++) {
          const x0 = gram[g0 + j], x1 = gram[g1 + j], x2 = gram[g2 + j], x3 = gram[g3 + j],
            x4 = gram[g4 + j], x5 = gram[g5 + j], x6 = gram[g6 + j], x7 = gram[g7 + j];
          into[p + j] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4 + a5 * x5 + a6 * x6 + a7 * x7;
          into[q + j] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4 + b5 * x5 + b6 * x6 + b7 * x7;
          into[r + j] += c0 * x0 + c1 * x1 + c2 * x2 + c3 * x3 + c4 * x4 + c5 * x5 + c6 * x6 + c7 * x7;
          into[t + j] += d0 * x0 + d1 * x1 + d2 * x2 + d3 * x3 + d4 * x4 + d5 * x5 + d6 * x6 + d7 * x7;
        }
      }
    }
  }

  /** a^n and a^(n−1) of the activations a = (h/T)₊, log a in the place of the pulls, and the scores before their tanh. */
  function respond(n, logTemperature) {
    for (let i = 0; i < K * S; i++) {
      const h = overlaps[i], logarithm = (h > TINY ? Math.log(h) : NOTHING) - logTemperature, exponent = n * logarithm;
      const power = exponent < LOWEST ? 0 : Math.exp(Math.min(exponent, HIGHEST));
      pulls[i] = logarithm;
      powers[i] = power;
      lower[i] = power === 0 ? 0 : power / h;
    }
    fields.fill(0);
    for (let k = 0; k < K; k += 4) {
      const p0 = k * S, p1 = p0 + S, p2 = p1 + S, p3 = p2 + S;
      for (let c = 0; c < C; c += 2) {
        const f = c * S, g = f + S, at = k * C + c;
        const a0 = labels[at], a1 = labels[at + C], a2 = labels[at + 2 * C], a3 = labels[at + 3 * C];
        const b0 = labels[at + 1], b1 = labels[at + C + 1], b2 = labels[at + 2 * C + 1], b3 = labels[at + 3 * C + 1];
        for (let s = 0; s < S; s++) {
          const x0 = powers[p0 + s], x1 = powers[p1 + s], x2 = powers[p2 + s], x3 = powers[p3 + s];
          fields[f + s] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
          fields[g + s] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
        }
      }
    }
  }

  /**
   * In the place of the scores, the cost's derivatives by them relative to the largest of each image.
   *
   * With u = t·field: |o − t| = 2σ(−2u) and 1 − o² = 4σ(2u)σ(−2u), so that log|g| = (2n + 1) log σ(−2u) + 2u + constant;
   * its largest goes to `scale`.
   */
  function derive(exponent) {
    scale.fill(-Infinity);
    for (let c = 0; c < C; c++) {
      for (let s = 0, f = c * S; s < S; s++, f++) {
        const v = own[s] === c ? -2 * fields[f] : 2 * fields[f];
        fields[f] = exponent * (Math.min(v, 0) - Math.log1p(Math.exp(Math.max(-Math.abs(v), LOWEST)))) - v;
        if (fields[f] > scale[s]) scale[s] = fields[f];
      }
    }
    for (let c = 0; c < C; c++) {
      for (let s = 0, f = c * S; s < S; s++, f++) {
        const slope = Math.exp(Math.max(fields[f] - scale[s], LOWEST));
        fields[f] = own[s] === c ? slope : -slope;
      }
    }
  }

  /** The images' weights in every memory's step, and the gradient of the labels, each in units of its own. */
  function pull(n) {
    let highest = -Infinity;
    for (let s = 0; s < S; s++) highest = Math.max(highest, scale[s]);
    for (let s = 0; s < S; s++) relative[s] = Math.exp(Math.max(scale[s] - highest, LOWEST));
    for (let k = 0; k < K; k += 2) {
      const one = k * S, two = one + S;
      votes.fill(0);
      for (let c = 0, a = k * C, b = a + C; c < C; c += 5, a += 5, b += 5) {
        const f0 = c * S, f1 = f0 + S, f2 = f1 + S, f3 = f2 + S, f4 = f3 + S;
        const a0 = labels[a], a1 = labels[a + 1], a2 = labels[a + 2], a3 = labels[a + 3], a4 = labels[a + 4];
        const b0 = labels[b], b1 = labels[b + 1], b2 = labels[b + 2], b3 = labels[b + 3], b4 = labels[b + 4];
        for (let s = 0; s < S; s++) {
          const x0 = fields[f0 + s], x1 = fields[f1 + s], x2 = fields[f2 + s], x3 = fields[f3 + s], x4 = fields[f4 + s];
          votes[s] += a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3 + a4 * x4;
          votes[S + s] += b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3 + b4 * x4;
        }
      }
      weigh(k, 0, n, highest);
      weigh(k + 1, S, n, highest);
      for (let c = 0; c < C; c += 5) {
        const f0 = c * S, f1 = f0 + S, f2 = f1 + S, f3 = f2 + S, f4 = f3 + S;
        let a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0;
        for (let s = 0; s < S; s++) {
          const x0 = fields[f0 + s], x1 = fields[f1 + s], x2 = fields[f2 + s], x3 = fields[f3 + s], x4 = fields[f4 + s];
          const v = votes[s], w = votes[S + s];
          a0 += v * x0; a1 += v * x1; a2 += v * x2; a3 += v * x3; a4 += v * x4;
          b0 += w * x0; b1 += w * x1; b2 += w * x2; b3 += w * x3; b4 += w * x4;
        }
        const a = k * C + c, b = a + C;
        labelChange[a] = a0; labelChange[a + 1] = a1; labelChange[a + 2] = a2; labelChange[a + 3] = a3; labelChange[a + 4] = a4;
        labelChange[b] = b0; labelChange[b + 1] = b1; labelChange[b + 2] = b2; labelChange[b + 3] = b3; labelChange[b + 4] = b4;
      }
    }
  }

  /** One memory's pulls from its logarithms and votes; in the votes' place the weights of the labels' gradient. */
  function weigh(k, at, n, highest) {
    const row = k * S;
    let largest = -Infinity, strongest = -Infinity;
    for (let s = 0; s < S; s++) {
      const logarithm = pulls[row + s], exponent = scale[s] + (n - 1) * logarithm;
      if (exponent > largest) largest = exponent;
      if (logarithm > strongest) strongest = logarithm;
    }
    if (Math.abs(largest - highest) < SAFE && n * strongest < HIGHEST) {
      let most = 0;
      for (let s = 0; s < S; s++) {
        const power = lower[row + s] * relative[s];
        pulls[row + s] = power;
        if (power > most) most = power;
      }
      for (let s = 0; s < S; s++) {
        const power = pulls[row + s] / most;
        pulls[row + s] = power * votes[at + s];
        votes[at + s] = power * Math.max(overlaps[row + s], 0);
      }
      return;
    }
    for (let s = 0; s < S; s++) {
      const power = Math.exp(Math.max(scale[s] + (n - 1) * pulls[row + s] - largest, LOWEST));
      pulls[row + s] = power * votes[at + s];
      votes[at + s] = power * Math.max(overlaps[row + s], 0);
    }
  }

  /** Divide the gradients by their largest entries, add momentum, and move. */
  function move(rate, momentum) {
    if (momentum > 0) moving = true;
    for (let k = 0; k < memories; k++) {
      const row = k * S, named = k * C, labelSize = largestOf(labelChange, named, C);
      // A memory with no positive overlap has no gradient, neither of its labels nor of its pixels.
      const step = (labelSize > 0 ? 1 : 0) / Math.max(largestPixel(pulled, pulls, k, 0), TINY), labelStep = 1 / Math.max(labelSize, TINY);
      if (!moving) {
        add(overlaps, rate * step, change, row, S);
        add(weights, rate * step, pulls, row, S);
        add(labels, rate * labelStep, labelChange, named, C);
        continue;
      }
      carry(overlapVelocity, momentum, step, change, row, S);
      carry(velocity, momentum, step, pulls, row, S);
      carry(labelVelocity, momentum, labelStep, labelChange, named, C);
      const again = rate / Math.max(largestPixel(moved, velocity, k, 0), TINY);
      add(overlaps, again, overlapVelocity, row, S);
      add(weights, again, velocity, row, S);
      add(labels, rate / Math.max(largestOf(labelVelocity, named, C), TINY), labelVelocity, named, C);
    }
  }

  /** Labels within [−1, 1]; a memory divided by its largest pixel where that exceeds 1. */
  function limit() {
    for (let c = 0; c < memories * C; c++) labels[c] = Math.min(Math.max(labels[c], -1), 1);
    for (let k = 0; k < memories; k++) {
      const largest = largestPixel(valued, weights, k, 1);
      if (largest <= 1) continue;
      const factor = 1 / largest;
      for (let s = k * S; s < k * S + S; s++) {
        overlaps[s] *= factor;
        weights[s] *= factor;
      }
      kept[k] *= factor;
    }
  }

  return {
    overlaps, labels, weights, kept, base, velocity, overlapVelocity, labelVelocity, overlapsOf, limit,
    get moving() { return moving; },
    set moving(value) { moving = value; },
    forget: () => { for (const each of [valued.last, valued.first]) each.norm.fill(0); },
    /** The present scores before their tanh, (C × S). */
    scores({ n, rescaledTemperature }) {
      respond(n, Math.log(rescaledTemperature));
      return fields;
    },
    epoch({ n, rescaledTemperature, rate, momentum }) {
      respond(n, Math.log(rescaledTemperature));
      derive(2 * n + 1);
      pull(n);
      overlapsOf(pulls, change);
      move(rate, momentum);
      limit();
    },
  };
}

function add(total, factor, addend, at, size) {
  for (let i = at; i < at + size; i++) total[i] += factor * addend[i];
}

function carry(velocity, momentum, step, change, at, size) {
  for (let i = at; i < at + size; i++) velocity[i] = momentum * velocity[i] + step * change[i];
}

function largestOf(numbers, at, size) {
  let largest = 0;
  for (let i = at; i < at + size; i++) largest = Math.max(largest, Math.abs(numbers[i]));
  return largest;
}
