// The tree of splits while it grows: which memories are together, and until when those that parted were.
//
// Two memories are together while their ᾱ differ by less than APART. Groups that were together longest join first
// (average linkage of the last epochs together, as hopcore.splits does for fates).

const APART = 0.2, SIMULTANEOUS = 0.2; // the second in units of rate × epochs: splits within it count as one

class Together {
  constructor(memories) {
    this.count = memories;
    this.until = new Float64Array(memories * memories);
    this.seen = 0;
  }

  /** Take in the records that are new; if the past has changed, all of them. */
  follow(history) {
    if (this.seen > history.length || (this.seen && history[this.seen - 1] !== this.last)) {
      this.until.fill(0);
      this.seen = 0;
    }
    for (const { epoch, sums } of history.slice(this.seen)) this.add(epoch, sums);
    this.seen = history.length;
    this.last = history[this.seen - 1];
  }

  add(epoch, sums) {
    const { count: K, until } = this, C = CATEGORIES;
    for (let i = 0; i < K; i++) {
      for (let j = 0; j < i; j++) {
        let square = 0;
        for (let c = 0; c < C; c++) square += (sums[i * C + c] - sums[j * C + c]) ** 2;
        if (square < APART * APART) until[i * K + j] = until[j * K + i] = epoch;
      }
    }
  }

  /** The root: {members, epoch (of its split), children}; memories that are together now are one leaf. */
  tree(now, rate) {
    const { count: K, until } = this, likeness = until.slice();
    let nodes = Array.from({ length: K }, (_, k) => ({ at: k, members: [k], epoch: Infinity, children: [] }));
    while (nodes.length > 1) {
      let best = [-1, 0, 1];
      for (let i = 1; i < nodes.length; i++) {
        for (let j = 0; j < i; j++) {
          const value = likeness[nodes[i].at * K + nodes[j].at];
          if (value > best[0]) best = [value, j, i];
        }
      }
      const [epoch, first, second] = best, one = nodes[first], other = nodes[second];
      const [a, b] = [one.members.length, other.members.length];
      for (let k = 0; k < K; k++) {
        const mean = (a * likeness[one.at * K + k] + b * likeness[other.at * K + k]) / (a + b);
        likeness[one.at * K + k] = likeness[k * K + one.at] = mean;
      }
      const joined = { at: one.at, members: [...one.members, ...other.members], epoch, children: [one, other] };
      if (epoch >= now) Object.assign(joined, { epoch: Infinity, children: [] });
      // A part that splits soon after the whole: its branches are the whole's.
      joined.children = joined.children.flatMap((each) => (each.epoch - epoch < SIMULTANEOUS / rate ? each.children : [each]));
      nodes = [joined, ...nodes.filter((_, at) => at !== first && at !== second)];
    }
    return nodes[0];
  }
}

/** Give each node its leading digit and y, the middle of its leaves, which lie below each other; their height. */
function layOut(root, sums) {
  const leavesOf = (node) => (node.children.length ? node.children.flatMap(leavesOf) : [node]);
  const name = (node) => {
    const { members, children } = node, total = (c) => members.reduce((sum, k) => sum + sums[k * CATEGORIES + c], 0);
    children.forEach(name);
    node.digit = leading(Float64Array.from({ length: CATEGORIES }, (_, c) => total(c)), 0);
    node.mixed = children.some(({ mixed, digit }) => mixed || digit !== node.digit);
    children.sort((a, b) => a.digit - b.digit || a.members[0] - b.members[0]);
  };
  name(root);
  const count = root.members.length, gaps = leavesOf(root).length - 1, gap = Math.min(0.06, 0.8 / gaps) * count;
  let next = 0;
  const place = (node) => {
    const { members: { length }, children } = node;
    children.forEach(place);
    node.y = children.length ? children.reduce((sum, { y, members }) => sum + y * members.length, 0) / length : next + length / 2;
    if (!children.length) next += length + gap;
  };
  place(root);
  return next - gap;
}
