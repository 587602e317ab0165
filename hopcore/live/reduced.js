// One memory and two digits: hopcore.reduced in logarithms. Its fixed points are the saddles of learning.
//
// A memory α_A·A + α_B·B has labels l_A = −l_B = ℓ and −1 elsewhere. On |α_A| + |α_B| = 1 it has one position x from
// −1 to 2: α_A = x, beyond 1 2 − x; α_B = 1 − x, below 0 1 + x. With p, q the activations of A and B, u = pⁿ, v = qⁿ,
// φ(s) = (1 − tanh s)^(2n−1) (1 − tanh² s) and c = (C − 2)/2 the gradients are
//
//     ∇_A = [ℓ φ(ℓu) + c φ(u)] pⁿ⁻¹    ∇_B = [−ℓ φ(−ℓv) + c φ(v)] qⁿ⁻¹    ∇_ℓ = φ(ℓu) u − φ(−ℓv) v
//
// Every term is taken relative to the largest. Along the label nullcline ℓ*(x) the problem has one dimension: f(x).

const FIRST_PLACE = -1, LAST_PLACE = 2, CELLS = 128; // the line of positions, and samples of f on each unit of it
const CUT = 690; // largest logarithm of u and v
const ON = 1e-12; // |α_A| + |α_B| counts as 1 so near to it

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const logWeight = (s, n) => (2 * n + 1) * (Math.LN2 - softplus(2 * s)) + 2 * s; // log φ
const weightSlope = (s, n) => 2 - (2 * n + 1) * (1 + Math.tanh(s)); // its derivative
const times = (ell, part) => (ell === 0 ? 0 : ell * part); // 0 even where the part has overflowed
const within = (value, low, high) => Math.min(Math.max(value, low), high);

/** α_A, α_B at a position, and how they change along the line (±1). */
function place(x) {
  return { a: x <= 1 ? x : 2 - x, b: x >= 0 ? 1 - x : 1 + x, slopeA: x <= 1 ? 1 : -1, slopeB: x >= 0 ? -1 : 1 };
}

/** The position of a memory; one that is not on the line is first put there. */
function positionOf(a, b) {
  const size = Math.abs(a) + Math.abs(b);
  return b < 0 ? 2 - a / size : a / size;
}

/** Neighbouring floats between which `beyond` becomes true. */
function halve(beyond, lower, upper, steps = 60) {
  for (let step = 0; step < steps; step++) {
    const middle = (lower + upper) / 2;
    if (middle === lower || middle === upper) break;
    if (beyond(middle)) upper = middle;
    else lower = middle;
  }
  return [lower, upper];
}

/** Refuse what no two images, or no network, can have. */
function checkSystem({ aa, ab, bb, n, temperature, copies = 1 }) {
  CHECKS.n(n);
  CHECKS.temperature(temperature);
  CHECKS.copies(copies);
  checked("A·A", aa, "a number above 0", (x) => x > 0);
  checked("B·B", bb, "a number above 0", (x) => x > 0);
  const limit = Math.sqrt(aa * bb), fits = (x) => x * x <= aa * bb * (1 + 1e-12);
  checked("A·B", ab, `within ±√(A·A × B·B) = ±${limit.toFixed(1)} (no two images overlap more)`, fits);
}

/** Overlaps and temperature in the same units; `copies` equal memories act like one at T/K^(1/n). */
function reducedSystem(given) {
  checkSystem(given);
  const { n, copies = 1, categories = CATEGORIES } = given, effective = given.temperature / copies ** (1 / n);
  const aa = given.aa / effective, ab = given.ab / effective, bb = given.bb / effective;
  const silent = (categories - 2) / 2, logSilent = Math.log(silent);

  /** What of a memory does not depend on its label: p, q, their logarithms and powers, φ(u) and φ(v). */
  function respond(a, b) {
    const p = Math.max(a * aa + b * ab, 0), q = Math.max(a * ab + b * bb, 0), logP = Math.log(p), logQ = Math.log(q);
    const u = Math.exp(Math.min(n * logP, CUT)), v = Math.exp(Math.min(n * logQ, CUT));
    return { a, b, p, q, logP, logQ, u, v, weightU: logWeight(u, n), weightV: logWeight(v, n) };
  }
  const spot = (x) => { const { a, b } = place(x); return respond(a, b); };

  /** ∇_A and ∇_B over |∇_A| + |∇_B|, and their parts: ∇_A = ℓ·labelA + silentA, ∇_B = −ℓ·labelB + silentB. */
  function memoryGradient({ logP, logQ, u, v, weightU, weightV }, ell) {
    const powerA = (n - 1) * logP, powerB = (n - 1) * logQ, logEll = Math.log(Math.abs(ell));
    const logA = powerA + logWeight(ell * u, n), logB = powerB + logWeight(-ell * v, n);
    const restA = powerA + weightU + logSilent, restB = powerB + weightV + logSilent;
    let largest = Math.max(Math.max(logA, logB) + logEll, restA, restB);
    if (!Number.isFinite(largest)) largest = 0;
    const labelA = Math.exp(logA - largest), labelB = Math.exp(logB - largest);
    const silentA = Math.exp(restA - largest), silentB = Math.exp(restB - largest);
    const a = times(ell, labelA) + silentA, b = silentB - times(ell, labelB), norm = Math.abs(a) + Math.abs(b) || 1;
    return {
      a: a / norm, b: b / norm, labelA: labelA / norm, labelB: labelB / norm, silentA: silentA / norm, silentB: silentB / norm,
    };
  }

  /** ∇_ℓ over the larger of |∇_ℓ| and |∇_γ|, the gradient of a silent label. */
  function labelGradient({ logP, logQ, u, v, weightU, weightV }, ell) {
    const logA = n * logP + logWeight(ell * u, n), logB = n * logQ + logWeight(-ell * v, n);
    const one = n * logP + weightU, two = n * logQ + weightV, more = Math.max(one, two);
    const logGamma = more === -Infinity ? more : more + Math.log1p(Math.exp(Math.min(one, two) - more));
    let largest = Math.max(logA, logB, logGamma);
    if (!Number.isFinite(largest)) largest = 0;
    const along = Math.exp(logA - largest) - Math.exp(logB - largest);
    return along / (Math.max(Math.abs(along), Math.exp(logGamma - largest)) || 1);
  }

  /** ℓ* where dℓ/dt = 0, by Newton's method in a bracket; ±1 where the label grows until it is clipped. */
  function labelAt({ logP, logQ, u, v }) {
    const larger = Math.max(u, v), smaller = Math.min(u, v);
    const drive = n * Math.abs(logP - logQ), sign = logP >= logQ ? 1 : -1;
    if (Number.isNaN(drive)) return NaN;
    if (!(drive + logWeight(larger, n) - logWeight(-smaller, n) < 0)) return sign;
    let low = 0, high = 1, guess = Math.min(drive / ((2 * n - 1) * (larger + smaller)), 1);
    for (let step = 0; step < 60; step++) {
      const up = guess * larger, down = -guess * smaller;
      const residual = drive + logWeight(up, n) - logWeight(down, n);
      if (residual > 0) low = guess;
      else high = guess;
      let next = guess - residual / (larger * weightSlope(up, n) + smaller * weightSlope(down, n));
      if (!(next >= low && next <= high)) next = (low + high) / 2;
      const moving = Math.abs(next - guess) > 1e-10 * next;
      guess = next;
      if (!moving) break;
    }
    return sign * guess;
  }

  /** (dα_A/dt, dα_B/dt, dℓ/dt) per unit of rate × epochs; rescaling acts on |α_A| + |α_B| = 1, clipping on |ℓ| = 1. */
  function velocity(a, b, ell) {
    const act = respond(a, b), memory = memoryGradient(act, ell), label = labelGradient(act, ell);
    const press = (alpha, pull) => (alpha === 0 ? Math.abs(pull) : Math.sign(alpha) * pull);
    const touching = Math.abs(a) + Math.abs(b) >= 1 - ON, loss = touching ? Math.max(press(a, memory.a) + press(b, memory.b), 0) : 0;
    return { a: memory.a - a * loss, b: memory.b - b * loss, ell: Math.abs(ell) >= 1 && label * ell > 0 ? 0 : label };
  }

  /** dx/dt on the line; a memory that does not press against the constraint moves off it, unrescaled. */
  function flowOf({ a, b }, pull) {
    if (Math.sign(a) * pull.a + Math.sign(b) * pull.b > 0) return b * pull.a - a * pull.b;
    return b < 0 ? -pull.b : pull.a;
  }
  const flowAt = (act, ell) => flowOf(act, memoryGradient(act, ell));

  /** The flow F, R = log(u φ(ℓu)) − log(v φ(−ℓv)) (dℓ/dt = gain·R), and their derivatives by x and ℓ. */
  function linearise(x, act, ell) {
    const { slopeA, slopeB } = place(x), { a, b, u, v } = act, pull = memoryGradient(act, ell);
    const y = ell * u, z = -ell * v, slopeY = weightSlope(y, n), slopeZ = weightSlope(z, n);
    const byP = act.p > 0 ? (slopeA * aa + slopeB * ab) / act.p : 0, byQ = act.q > 0 ? (slopeA * ab + slopeB * bb) / act.q : 0;
    const ax = byP * ((n - 1) * pull.a + n * (times(ell, pull.labelA) * y * slopeY + pull.silentA * u * weightSlope(u, n)));
    const bx = byQ * ((n - 1) * pull.b - n * (times(ell, pull.labelB) * z * slopeZ - pull.silentB * v * weightSlope(v, n)));
    const aEll = pull.labelA * (1 + y * slopeY), bEll = -pull.labelB * (1 + z * slopeZ);
    const along = b * pull.a - a * pull.b, signA = Math.sign(pull.a), signB = Math.sign(pull.b);
    const balance = b * aEll - a * bEll; // the part of F_ℓ that is left at a fixed point
    return {
      value: flowOf(act, pull), flow: along, balance,
      flowX: slopeB * pull.a - slopeA * pull.b + b * ax - a * bx - along * (signA * ax + signB * bx),
      flowEll: Number.isFinite(balance) ? balance - along * (signA * aEll + signB * bEll) : balance,
      labelX: n * ((1 + y * slopeY) * byP - (1 + z * slopeZ) * byQ), labelEll: u * slopeY + v * slopeZ,
    };
  }

  /** dF/dx along the label nullcline, or F_x where the label is clipped. */
  const slow = ({ flowX, flowEll, labelX, labelEll }, ell) => (Math.abs(ell) < 1 ? flowX - flowEll * labelX / labelEll : flowX);

  /** f and its slope. */
  function sample(x) {
    const act = spot(x), ell = labelAt(act), lin = linearise(x, act, ell);
    return { x, ell, value: lin.value, slope: slow(lin, ell) };
  }
  const labelAlong = (x) => labelAt(spot(x));
  const follow = (x) => { const act = spot(x); return flowAt(act, labelAt(act)); };

  /** Samples along the line, and between them where f turns: every fixed point lies between two of different signs. */
  function samples() {
    const found = [], count = (LAST_PLACE - FIRST_PLACE) * CELLS;
    for (let cell = 0; cell < count; cell++) {
      const right = sample(FIRST_PLACE + (cell + 0.5) / CELLS), left = found[found.length - 1];
      if (left && left.slope * right.slope < 0) {
        const [x] = halve((place) => sample(place).slope * right.slope > 0, left.x, right.x);
        found.push(sample(x));
      }
      found.push(right);
    }
    return found;
  }

  /** The fixed point between two positions where f has different signs. */
  function root(from, to, rising) {
    const [lower, upper] = halve((x) => (rising ? follow(x) : -follow(x)) > 0, from, to), x = (lower + upper) / 2;
    const ends = [labelAlong(lower), labelAlong(upper)], low = Math.min(...ends), high = Math.max(...ends), act = spot(x);
    let ell = labelAt(act);
    const margin = 1e-12 * Math.abs(ell);
    // F changes by 1/φ(u) per unit of ℓ: where that is large, x is known to the last digit, and ℓ only from F = 0.
    for (let step = 0; step < 4 && low !== high; step++) {
      const { flow: left, balance } = linearise(x, act, ell), better = ell - left / balance;
      if (better >= Math.max(low - margin, -1) && better <= Math.min(high + margin, 1)) ell = better;
    }
    // The label nullcline attracts, so that the flow along it alone decides.
    return { position: x, alpha: act.a, alphaB: act.b, ell, stable: !rising };
  }

  /** All fixed points in order of their position: {alpha, alphaB, ell, stable, position}. */
  function fixedPoints() {
    return samples().flatMap((right, at, nodes) => {
      const rising = right.value > 0, left = nodes[at - 1];
      const apart = left && !Number.isNaN(left.value + right.value) && rising !== left.value > 0;
      return apart ? [root(left.x, right.x, rising)] : [];
    });
  }

  /** Pieces [ℓ, x, ℓ, x] of dx/dt = 0 in the plane: in each cell of a grid from side to side, where the sign changes. */
  function memoryNullcline([low, high] = [0, 1], columns = 48, rows = 56) {
    const xs = Array.from({ length: rows + 1 }, (_, i) => low + (i + 0.5) / (rows + 1) * (high - low));
    const ells = Array.from({ length: columns + 1 }, (_, j) => 2 * j / columns - 1 + (2 * j === columns ? 1e-6 : 0));
    const signs = xs.map((x) => { const act = spot(x); return ells.map((ell) => Math.sign(flowAt(act, ell))); });
    const across = (i, j, k, m) => {
      if (!(signs[i][j] * signs[k][m] < 0)) return [];
      const at = (share) => [ells[j] + share * (ells[m] - ells[j]), xs[i] + share * (xs[k] - xs[i])];
      const beyond = (share) => { const [ell, x] = at(share); return flowAt(spot(x), ell) * signs[k][m] > 0; };
      return at(halve(beyond, 0, 1, 10)[1]);
    };
    const pieces = [];
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        const [k, m] = [i + 1, j + 1];
        const ends = [...across(i, j, k, j), ...across(k, j, k, m), ...across(i, m, k, m), ...across(i, j, i, m)];
        for (let at = 0; at < ends.length; at += 4) pieces.push(ends.slice(at, at + 4));
      }
    }
    return pieces;
  }

  return { ...given, copies, categories, velocity, labelAlong, sample, fixedPoints, memoryNullcline };
}

const rowAt = (parameters, n) => ({ n, points: reducedSystem({ ...parameters, n }).fixedPoints() });

/** Each two neighbours that one of two powers has and the other has not: what is left then moves least. */
function vanishing(more, fewer) {
  const pairs = [], far = (x) => Math.min(...fewer.map(({ position }) => Math.abs(position - x)));
  for (let left = more; left.length > fewer.length;) {
    const moved = left.slice(1).map((_, at) => left.reduce(
      (sum, { position }, k) => sum + (k === at || k === at + 1 ? 0 : far(position)), 0));
    pairs.push(left.slice(moved.indexOf(Math.min(...moved))).slice(0, 2));
    left = left.filter((point) => !pairs.some((pair) => pair.includes(point)));
  }
  return pairs;
}

/** The fold of a pair of fixed points that power `from` has and power `to` has not: the farthest of the n(x) with f = 0. */
function foldOf(parameters, pair, from, to) {
  const at = (x, n) => reducedSystem({ ...parameters, n }).sample(x), [one, two] = pair.map(({ position }) => position);
  const powerAt = (x) => {
    const inside = at(x, from).value > 0;
    return halve((n) => at(x, n).value > 0 !== inside, from, to)[0];
  };
  const falling = at(one, from).slope < 0;
  const [position] = halve((x) => at(x, powerAt(x)).slope < 0 !== falling, one, two), n = powerAt(position);
  const { a, b } = place(position);
  return { n, position, ell: at(position, n).ell, alpha: a, alphaB: b, opens: from > to };
}

/**
 * Fixed points over n and every fold: returns {lines, folds}; yields after every system.
 *
 * `lines` are pieces [n, point, n, point] of the curves that the fixed points form; at a fold two of them meet.
 */
function* bifurcationDiagram(parameters, [low, high] = [2, 100], perDecade = 250) {
  const decades = Math.log10(high / low), count = Math.max(2, Math.round(perDecade * decades)), lines = [], folds = [];
  for (let i = 0, before = null; i < count; i++) {
    const row = rowAt(parameters, i === count - 1 ? high : low * 10 ** (decades * i / (count - 1)));
    yield null;
    before ??= row;
    const [more, fewer] = before.points.length > row.points.length ? [before, row] : [row, before];
    const pairs = vanishing(more.points, fewer.points), ended = pairs.flat();
    for (const pair of pairs) {
      const fold = foldOf(parameters, pair, more.n, fewer.n);
      folds.push(fold);
      for (const point of pair) lines.push([more.n, point, fold.n, fold]);
      yield null;
    }
    const [one, other] = [before, row].map(({ points }) => points.filter((point) => !ended.includes(point)));
    one.forEach((point, at) => lines.push([before.n, point, row.n, other[at]]));
    before = row;
  }
  return { lines, folds: folds.sort((one, other) => one.n - other.n) };
}
