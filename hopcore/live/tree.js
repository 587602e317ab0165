// The tree of splits while it grows: which memories are together, and until when those that parted were.
//
// Two memories are together while their ᾱ differ by less than APART. Groups that were together longest join
// first (average linkage of the last epochs together, as hopcore.splits does for fates).

const APART = 0.2, SIMULTANEOUS = 0.2; // the second in units of rate × epochs: splits within it count as one

class Together {
  constructor(memories) {
    Object.assign(this, { count: memories, until: new Float64Array(memories * memories), seen: 0 });
  }

  /** Take in the records that are new; if the past has changed, all of them. */
  follow(history) {
    if (this.seen && history[this.seen - 1] !== this.last) {
      this.until.fill(0);
      this.seen = 0;
    }
    for (const { epoch, sums } of history.slice(this.seen)) this.add(epoch, sums);
    Object.assign(this, { seen: history.length, last: history.at(-1) });
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
    let nodes = range(K).map((k) => ({ at: k, members: [k], epoch: Infinity, children: [] }));
    while (nodes.length > 1) {
      let epoch = -1, pair = [];
      for (let i = 1; i < nodes.length; i++) {
        for (let j = 0; j < i; j++) {
          const value = likeness[nodes[i].at * K + nodes[j].at];
          if (value > epoch) [epoch, pair] = [value, [nodes[j], nodes[i]]];
        }
      }
      const [{ at, members }, { at: other, members: others }] = pair, a = members.length, b = others.length;
      for (let k = 0; k < K; k++) {
        const mean = (a * likeness[at * K + k] + b * likeness[other * K + k]) / (a + b);
        likeness[at * K + k] = likeness[k * K + at] = mean;
      }
      // A part that splits soon after the whole: its branches are the whole's.
      const soon = (each) => (each.epoch - epoch < SIMULTANEOUS / rate ? each.children : [each]);
      const split = epoch < now ? { epoch, children: pair.flatMap(soon) } : { epoch: Infinity, children: [] };
      nodes = nodes.filter((node) => !pair.includes(node));
      nodes.unshift({ at, members: [...members, ...others], ...split });
    }
    return nodes[0];
  }
}

/** Give each node its leading digit and y, the middle of its leaves, which lie below each other. */
function layOut(root, sums) {
  let leaves = 0, next = 0;
  const name = (node) => {
    const { members, children } = node, total = new Float64Array(CATEGORIES);
    for (const k of members) add(total, 1, sums, 0, CATEGORIES, k * CATEGORIES);
    if (!children.length) leaves++;
    children.forEach(name);
    node.digit = leading(total, 0);
    node.mixed = children.some(({ mixed, digit }) => mixed || digit !== node.digit);
    children.sort((a, b) => a.digit - b.digit || a.members[0] - b.members[0]);
  };
  name(root);
  const gap = Math.min(0.06, 0.8 / (leaves - 1)) * root.members.length;
  const place = (node) => {
    const { members: { length }, children } = node;
    children.forEach(place);
    node.y = sum(children.map(({ y, members }) => y * members.length)) / length;
    if (children.length) return;
    node.y = next + length / 2;
    next += length + gap;
  };
  place(root);
  return next - gap;
}
