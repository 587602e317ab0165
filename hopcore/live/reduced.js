// One memory and two digits: hopcore.reduced in logarithms. Its fixed points are the saddles of learning.
//
// A memory α_A·A + α_B·B has labels l_A = −l_B = ℓ and −1 elsewhere. On |α_A| + |α_B| = 1 it has one position
// x from −1 to 2: α_A = x, beyond 1 2 − x; α_B = 1 − x, below 0 1 + x. With p, q the activations of A and B,
// u = pⁿ, v = qⁿ, φ(s) = (1 − tanh s)^(2n−1) (1 − tanh² s) and c = (C − 2)/2 the gradients are
//
//     ∇_A = [ℓ φ(ℓu) + c φ(u)] pⁿ⁻¹    ∇_B = [−ℓ φ(−ℓv) + c φ(v)] qⁿ⁻¹    ∇_ℓ = φ(ℓu) u − φ(−ℓv) v
//
// Every term is taken relative to the largest. Along the label nullcline ℓ*(x) one dimension is left: f(x).

const FIRST_PLACE = -1, LAST_PLACE = 2, CELLS = 128; // the positions, and samples of f on each unit of them
const CUT = 690; // largest logarithm of u and v

const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const times = (ell, part) => (ell === 0 ? 0 : ell * part); // 0 even where the part has overflowed

/** e to the numbers, relative to the largest. */
function relative(logs, largest = Math.max(...logs)) {
  return logs.map((log) => Math.exp(log - (Number.isFinite(largest) ? largest : 0)));
}

/** α_A, α_B at a position, and how they change along the line (±1). */
function place(x) {
  const slopeA = x <= 1 ? 1 : -1, slopeB = x >= 0 ? -1 : 1;
  return { a: x <= 1 ? x : 2 - x, b: x >= 0 ? 1 - x : 1 + x, slopeA, slopeB };
}

/** The position of a memory; one that is not on the line is first put there. */
function positionOf(a, b) {
  const share = a / (Math.abs(a) + Math.abs(b));
  return b < 0 ? 2 - share : share;
}

/** Neighbouring floats between which `beyond` becomes true. */
function halve(beyond, lower, upper, steps = 60) {
  for (let step = 0, middle; step < steps; step++) {
    middle = (lower + upper) / 2;
    if (middle === lower || middle === upper) break;
    if (beyond(middle)) upper = middle;
    else lower = middle;
  }
  return [lower, upper];
}

/** Overlaps and temperature in the same units; `copies` equal memories act like one at T/K^(1/n). */
function reducedSystem({ n, temperature, copies, ...overlaps }) {
  const limit = Math.sqrt(overlaps.aa * overlaps.bb), bounds = `within ±√(A·A × B·B) = ±${limit.toFixed(1)}`;
  const fits = Math.abs(overlaps.ab) <= limit * (1 + 1e-12);
  if (!fits) throw refuse("A·B", overlaps.ab, `${bounds} (no two images overlap more)`);
  const [aa, ab, bb] = ["aa", "ab", "bb"].map((name) => overlaps[name] / (temperature / copies ** (1 / n)));
  const weight = (s) => (2 * n + 1) * (Math.LN2 - softplus(2 * s)) + 2 * s; // log φ
  const slopeOf = (s) => 2 - (2 * n + 1) * (1 + Math.tanh(s)); // its derivative
  const logSilent = Math.log((CATEGORIES - 2) / 2);

  /** Of a memory at a position what does not depend on its label: α, p, q, their logarithms, u and v. */
  function spot(x) {
    const { a, b, slopeA, slopeB } = place(x), p = a * aa + b * ab, q = a * ab + b * bb;
    const logP = Math.log(Math.max(p, 0)), logQ = Math.log(Math.max(q, 0));
    const u = Math.exp(Math.min(n * logP, CUT)), v = Math.exp(Math.min(n * logQ, CUT));
    return { a, b, slopeA, slopeB, p, q, logP, logQ, u, v };
  }

  /** ∇_A and ∇_B over |∇_A| + |∇_B|, and their parts: ∇_A = ℓ·labelA + silentA, ∇_B = −ℓ·labelB + silentB. */
  function memoryGradient({ logP, logQ, u, v }, ell) {
    const powerA = (n - 1) * logP, powerB = (n - 1) * logQ;
    const labels = [powerA + weight(ell * u), powerB + weight(-ell * v)];
    const silent = [powerA + weight(u) + logSilent, powerB + weight(v) + logSilent];
    const largest = Math.max(Math.max(...labels) + Math.log(Math.abs(ell)), ...silent);
    const parts = relative([...labels, ...silent], largest);
    const a = times(ell, parts[0]) + parts[2], b = parts[3] - times(ell, parts[1]);
    const norm = Math.abs(a) + Math.abs(b) || 1;
    const [labelA, labelB, silentA, silentB] = parts.map((part) => part / norm);
    return { a: a / norm, b: b / norm, labelA, labelB, silentA, silentB };
  }

  /** ∇_ℓ over the larger of |∇_ℓ| and |∇_γ|, the gradient of a silent label. */
  function labelGradient({ logP, logQ, u, v }, ell) {
    const [powerA, powerB] = [n * logP, n * logQ];
    const [fromA, fromB, gammaA, gammaB] = relative(
      [powerA + weight(ell * u), powerB + weight(-ell * v), powerA + weight(u), powerB + weight(v)]);
    return (fromA - fromB) / (Math.max(Math.abs(fromA - fromB), gammaA + gammaB) || 1);
  }

  /** ℓ* where dℓ/dt = 0, by Newton's method in a bracket; ±1 where the label grows until it is clipped. */
  function labelAt({ logP, logQ, u, v }) {
    const larger = Math.max(u, v), smaller = Math.min(u, v);
    const drive = n * Math.abs(logP - logQ), sign = logP >= logQ ? 1 : -1;
    if (Number.isNaN(drive)) return NaN;
    const residualAt = (ell) => drive + weight(ell * larger) - weight(-ell * smaller);
    if (!(residualAt(1) < 0)) return sign;
    let low = 0, high = 1, ell = Math.min(drive / ((2 * n - 1) * (larger + smaller)), 1);
    for (let step = 0; step < 60; step++) {
      const residual = residualAt(ell), last = ell;
      if (residual > 0) low = ell;
      else high = ell;
      ell -= residual / (larger * slopeOf(ell * larger) + smaller * slopeOf(-ell * smaller));
      if (!(ell >= low && ell <= high)) ell = (low + high) / 2;
      if (!(Math.abs(ell - last) > 1e-10 * ell)) break;
    }
    return sign * ell;
  }
  const labelAlong = (x) => labelAt(spot(x));

  /** dx/dt on the line; a memory that does not press against the constraint moves off it, unrescaled. */
  function flowOf({ a, b }, pull) {
    if (Math.sign(a) * pull.a + Math.sign(b) * pull.b > 0) return b * pull.a - a * pull.b;
    return b < 0 ? -pull.b : pull.a;
  }
  const flowAt = (act, ell) => flowOf(act, memoryGradient(act, ell));
  const follow = (x) => { const act = spot(x); return flowAt(act, labelAt(act)); };

  /**
   * The flow F with its slope along the label nullcline, log(u φ(ℓu)) = log(v φ(−ℓv)), or, where the label is
   * clipped, by x alone. The slope of |∇_A| + |∇_B| is left out: a positive factor moves no root and no fold.
   */
  function linearise(act, ell) {
    const { a, b, slopeA, slopeB, p, q, u, v } = act, pull = memoryGradient(act, ell);
    const over = (change, h) => (h > 0 ? change / h : 0);
    const byP = over(slopeA * aa + slopeB * ab, p), byQ = over(slopeA * ab + slopeB * bb, q);
    const y = ell * u, z = -ell * v, byY = 1 + y * slopeOf(y), byZ = 1 + z * slopeOf(z);
    const fromA = times(ell, pull.labelA) * (byY - 1) + pull.silentA * u * slopeOf(u);
    const fromB = times(ell, pull.labelB) * (byZ - 1) - pull.silentB * v * slopeOf(v);
    const ax = byP * ((n - 1) * pull.a + n * fromA), bx = byQ * ((n - 1) * pull.b - n * fromB);
    const flowX = slopeB * pull.a - slopeA * pull.b + b * ax - a * bx;
    const flowEll = b * pull.labelA * byY + a * pull.labelB * byZ;
    const labelSlope = -n * (byY * byP - byZ * byQ) / (u * slopeOf(y) + v * slopeOf(z)); // dℓ*/dx
    const slope = Math.abs(ell) < 1 ? flowX + flowEll * labelSlope : flowX;
    return { value: flowOf(act, pull), flow: b * pull.a - a * pull.b, flowEll, slope };
  }

  /** f and its slope. */
  function sample(x) {
    const act = spot(x), ell = labelAt(act);
    return { x, ell, ...linearise(act, ell) };
  }

  /** Samples on the line, and between them where f turns: fixed points lie between two of different signs. */
  function samples() {
    const cells = range((LAST_PLACE - FIRST_PLACE) * CELLS);
    const nodes = cells.map((cell) => sample(FIRST_PLACE + (cell + 0.5) / CELLS));
    return nodes.flatMap((right, at) => {
      const left = nodes[at - 1];
      if (!(left?.slope * right.slope < 0)) return [right];
      return [sample(halve((x) => sample(x).slope * right.slope > 0, left.x, right.x)[0]), right];
    });
  }

  /** The fixed point between two positions where f has different signs. */
  function root(from, to, rising) {
    const ends = halve((at) => (rising ? follow(at) : -follow(at)) > 0, from, to);
    const x = sum(ends) / 2, act = spot(x);
    const [low, high] = ends.map(labelAlong).sort((one, other) => one - other);
    let ell = labelAt(act);
    const margin = 1e-12 * Math.abs(ell);
    // F changes by 1/φ(u) per unit of ℓ: where that is large, x is known to a last digit, ℓ only from F = 0.
    for (let step = 0; step < 4 && low !== high; step++) {
      const { flow, flowEll } = linearise(act, ell), better = ell - flow / flowEll;
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

  /** The flow (dℓ/dt, dx/dt) per unit of rate × epochs at (ℓ, x). */
  function flow([ell, x]) {
    const act = spot(x);
    return [labelGradient(act, ell), flowAt(act, ell)];
  }

  return { labelAlong, sample, fixedPoints, flow };
}

/** Pieces of the memory nullcline dx/dt = 0: in each cell of a grid between sides where the sign changes. */
function memoryNullcline({ flow }, [low, high], columns = 48, rows = 56) {
  const corners = range(rows + 1).map((i) => range(columns + 1).map((j) => {
    const ell = 2 * j / columns - 1 || 1e-6, at = [ell, low + (i + 0.5) / (rows + 1) * (high - low)];
    return { at, sign: Math.sign(flow(at)[1]) };
  }));
  const between = ([one, two]) => {
    if (!(one.sign * two.sign < 0)) return [];
    const at = (share) => one.at.map((value, axis) => value + share * (two.at[axis] - value));
    return [at(halve((share) => flow(at(share))[1] * two.sign > 0, 0, 1, 10)[1])];
  };
  return range(rows * columns).flatMap((cell) => {
    const i = Math.floor(cell / columns), j = cell % columns;
    const [[a, d], [b, c]] = [corners[i].slice(j), corners[i + 1].slice(j)];
    const ends = [[a, b], [b, c], [d, c], [a, d]].flatMap(between);
    return [ends.slice(0, 2), ends.slice(2)].filter((piece) => piece.length === 2);
  });
}

/** Each two neighbours that one of two powers has and the other has not: what is left then moves least. */
function vanishing(more, fewer) {
  const far = ({ position: x }) => Math.min(...fewer.map((other) => Math.abs(other.position - x)));
  const pairs = [];
  for (let left = more; left.length > fewer.length;) {
    const others = (at) => [...left.slice(0, at), ...left.slice(at + 2)];
    const moved = left.slice(1).map((_, at) => sum(others(at).map(far)));
    const at = moved.indexOf(Math.min(...moved));
    pairs.push(left.slice(at, at + 2));
    left = others(at);
  }
  return pairs;
}

/** The fold of two fixed points that power `from` has and `to` has not: the farthest n(x) with f = 0. */
function foldOf(parameters, [{ position: one }, { position: two }], from, to) {
  const at = (x, n) => reducedSystem({ ...parameters, n }).sample(x), falling = at(one, from).slope < 0;
  const powerAt = (x) => {
    const inside = at(x, from).value > 0;
    return halve((n) => at(x, n).value > 0 !== inside, from, to)[0];
  };
  const [position] = halve((x) => at(x, powerAt(x)).slope < 0 !== falling, one, two), n = powerAt(position);
  const { a: alpha, b: alphaB } = place(position);
  return { n, position, ell: at(position, n).ell, alpha, alphaB, opens: from > to };
}

/** Fixed points at `count` powers, {rows: [{n, points}], folds}; null when it is no longer `wanted`. */
async function bifurcationDiagram(parameters, [low, high], count, wanted = () => true) {
  const rows = [], folds = [];
  for (let i = 0; i < count; i++) {
    const n = i === count - 1 ? high : low * (high / low) ** (i / (count - 1));
    const row = { n, points: reducedSystem({ ...parameters, n }).fixedPoints() }, before = rows.at(-1) || row;
    rows.push(row);
    await breath();
    if (!wanted()) return null;
    const [more, fewer] = before.points.length > row.points.length ? [before, row] : [row, before];
    for (const pair of vanishing(more.points, fewer.points)) {
      folds.push(foldOf(parameters, pair, more.n, fewer.n));
      await breath();
    }
  }
  return { rows, folds: folds.sort((one, other) => one.n - other.n) };
}
