// network: memories, the digits that are recognised, and the tree of splits as it grows.
//
// Two memories are together while their ᾱ differ by less than APART, or if they are so once more later: then
// groups only part, as a tree's branches do.
//
// Options of a page: `spread`, log₁₀ of the spread σ of the start, gives it a slider; `predicted`, pairs
// [log₁₀ σ, epoch] with a line between them, marks on the tree when the first split is predicted.

const DECIDING = ["n", "rescaledTemperature", "rate", "momentum", "memories", "digits"];
const APART = 0.2, BRANCHES = 64, GAP = 4; // records in the tree at most; between two groups, in memories

class NetworkInstrument extends LearningInstrument {
  words() {
    const { network: { recognised }, digits } = this, all = new Set(digits).size;
    const known = recognised.filter((count, digit) => count > 0.2 * this.imagesOf(digit)).length;
    const images = `${sum(recognised)} of ${digits.length} images recognised`;
    const mark = this.predicted(), told = mark ? ` The first split is predicted at epoch ${mark}.` : "";
    return `${images}; ${known} of ${all} ${this.data.kind} have appeared.${told}`;
  }

  /** The epoch of the first split by prediction, as long as nothing but spread and seed has been changed. */
  predicted() {
    const { first, settings } = this, { predicted, spread = 0 } = settings;
    if (!predicted || DECIDING.some((name) => String(first[name]) !== String(settings[name]))) return null;
    const at = within(predicted.filter(([x]) => x < spread).length, 1, predicted.length - 1);
    const [[x0, y0], [x1, y1] = [x0 + 1, y0]] = predicted.slice(at - 1, at + 1);
    return Math.round(Math.max(y0 + (spread - x0) / (x1 - x0) * (y1 - y0), 0));
  }

  /** How many images of a digit there are. */
  imagesOf(digit) { return this.digits.filter((each) => each === digit).length; }

  bands(...canvas) {
    const told = (digit) => `${this.network.recognised[digit]}/${this.imagesOf(digit)}`;
    const part = ({ recognised }, digit) => recognised[digit] / this.imagesOf(digit);
    this.strips(...canvas, part, told);
  }

  /** A thread for every memory, beside those with which it is together, at last in its digit's colour. */
  tree(pen, width, height) {
    const { past: all, network: { count, sums }, categories, data: { colours } } = this;
    const every = Math.ceil(all.length / BRANCHES), past = all.filter((_, at) => at % every === 0);
    const groups = groupsOver(past, count, categories);
    const parted = (one, other) => groups.find((group) => group[one] !== group[other]) || range(count);
    const order = range(count).sort((one, other) => parted(one, other)[one] - parted(one, other)[other]);
    const heights = groups.map((group) => {
      const step = (k, at) => (at && group[k] !== group[order[at - 1]] ? GAP : 1);
      let y = 0;
      const place = new Map(order.map((k, at) => [k, y += step(k, at)]));
      return range(count).map((k) => place.get(k) - y / 2);
    });
    const reach = Math.max(count, ...heights.flat()), digits = range(count).map((k) => leading(sums, k, categories));
    const axes = this.timeAxes(pen, [4, 4, width - 34, height - 34], { up: [-reach, reach] });
    const thick = axes.box[3] / reach / 2 + 0.3, mark = this.predicted();
    for (let k = 0; k < count; k++) {
      const alike = (group) => group.every((each, j) => each !== group[k] || digits[j] === digits[k]);
      const own = groups.findIndex(alike), points = past.map(({ epoch }, at) => [epoch, heights[at][k]]);
      axes.line(own < 0 ? points : points.slice(0, own + 1), faint(INK), thick);
      if (own >= 0) axes.line(points.slice(own), colours[digits[k]], thick);
    }
    if (mark === null) return;
    axes.line([[mark, -reach], [mark, reach]], INK, 1.2, [5, 4]);
    const align = axes.right(mark) > width / 2 ? "right" : "left", beside = align === "left" ? 5 : -5;
    text(pen, "predicted split", axes.right(mark) + beside, 10, { size: 11, align });
  }
}

/** For each record the group of each memory, by its first member. */
function groupsOver(history, count, categories) {
  const group = range(count);
  const near = (sums, i, j) => {
    let square = 0;
    for (let c = 0; c < categories; c++) square += (sums[i * categories + c] - sums[j * categories + c]) ** 2;
    return square < APART * APART;
  };
  return [...history].reverse().map(({ sums }) => {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < i; j++) {
        if (group[i] === group[j] || !near(sums, i, j)) continue;
        const [first, last] = [group[i], group[j]].sort(apart);
        group.forEach((own, k) => { if (own === last) group[k] = first; });
      }
    }
    return [...group];
  }).reverse();
}
