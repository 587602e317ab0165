// What is followed in the plane is learning itself (rule.js) on two images of these overlaps, so that a pair
// parts as it does in a network.

const FOLLOW_RATE = 0.002;
const LONGEST = 12000; // epochs; after them a memory that still moves is left alone
const PART = 1e-4; // how far from the start the memories of a pair begin, to both sides

/** Memories that learn two images from one place, and the trail [[ℓ, x]…] of each. */
class Followed {
  constructor({ aa, ab, bb, copies }, x, ell) {
    const features = pairFeatures(aa, ab, bb), count = Math.min(copies, 100);
    const learner = learningRule(features, [0, 1], count);
    Object.assign(this, { size: features.size, learner, left: LONGEST });
    const { state: { labels, weights, values }, valuesOf } = learner;
    this.trails = range(count).map((k) => {
      const shift = count > 1 ? (k % 2 ? -PART : PART) : 0, { a, b } = place(x + shift);
      const label = within(ell + shift, -1, 1), from = k * CATEGORIES;
      weights.set([a, b], k * this.size);
      labels.fill(-1, from, from + CATEGORIES).set([label, -label], from);
      return [];
    });
    valuesOf(weights, values);
    this.mark();
  }

  mark() {
    const label = (k) => this.learner.state.labels[k * CATEGORIES];
    this.trails.forEach((trail, k) => trail.push([label(k), positionOf(...this.coefficients(k))]));
  }

  /** α_A and α_B of a memory. */
  coefficients(k) { return this.learner.state.weights.subarray(k * this.size, k * this.size + 2); }

  /** The trails, each with colour and width: of two on one way both are seen. */
  lines() {
    return this.trails.map((trail, k) => [trail, PATHS[k % 2], this.trails[1] && k % 2 === 0 ? 3.4 : 2]);
  }

  /** Some epochs; a memory alone that no longer moves has arrived. */
  move({ n, temperature }, epochs) {
    const rule = { n, rescaledTemperature: temperature, rate: FOLLOW_RATE, momentum: 0 };
    for (let at = 0; at < epochs; at++) this.learner.epoch(rule);
    this.left -= epochs;
    this.mark();
    const [[ell, x], [ellNow, xNow]] = this.trails[0].slice(-2);
    if (this.trails.length === 1 && Math.abs(ellNow - ell) + Math.abs(xNow - x) < 1e-6) this.left = 0;
  }
}
