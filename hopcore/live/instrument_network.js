// network: memories, the digits that are recognised, and the tree of splits as it grows.

const BEND = 0.035; // the part of the time axis in which a branch of the tree finds its place

class NetworkInstrument extends LearningInstrument {
  words() {
    const { network: { recognised }, digits } = this, all = new Set(digits).size;
    const known = recognised.filter((count, digit) => count > 0.2 * this.imagesOf(digit)).length;
    const images = `${sum(recognised)} of ${digits.length} images recognised`;
    return `${images}; ${known} of ${all} digits have appeared.`;
  }

  /** How many images of a digit there are. */
  imagesOf(digit) { return this.digits.filter((each) => each === digit).length; }

  /** One strip for each digit, filled as high as its images are recognised. */
  bands(pen, width, height) {
    const { past, network } = this, chosen = [...new Set(this.digits)].reverse(), { length } = chosen;
    const axes = this.timeAxes(pen, [16, 16, width - 46, height - 46], { up: [0, length] });
    const row = axes.box[3] / length;
    text(pen, "images recognised", 0, 6);
    chosen.forEach((digit, base) => {
      const held = this.imagesOf(digit), colour = BOOK.digits[digit], middle = axes.above(base + 0.5);
      const top = ({ epoch, recognised }) => [epoch, base + 0.95 * recognised[digit] / held];
      axes.area([...past, network].map(top), [[0, base], [network.epoch, base]], colour);
      axes.line([[0, base], [axes.across[1], base]], `${colour}55`, 0.7);
      text(pen, digit, 2, middle, { colour, bold: true, size: Math.min(12, row) });
      const told = `${network.recognised[digit]}/${held}`;
      text(pen, told, width, middle, { align: "right", size: Math.min(11, row) });
    });
  }

  /** A band for every group of memories, as thick as the group, in the colour of its leading digit. */
  tree(pen, width, height) {
    const { past, network: { count, rule, sums } } = this, last = past.at(-1), now = last?.epoch ?? 0;
    if (this.together?.count !== count) this.together = new Together(count);
    this.together.follow(past);
    if (last && this.drawn?.last !== last) this.drawn = { last, root: this.together.tree(now, rule.rate) };
    const root = this.drawn?.root, up = [root ? layOut(root, sums) : 1, 0];
    const axes = this.timeAxes(pen, [4, 18, width - 34, height - 48], { up });
    text(pen, "who is together", 0, 6);
    const branch = ({ epoch, members, children, mixed, digit, y }, from, y0) => {
      const half = members.length / 2, end = Math.min(epoch, now);
      const bend = Math.min(BEND * axes.across[1], end - from), colour = mixed ? INK : BOOK.digits[digit];
      const curve = range(13).map((at) => at / 12) // an S from y0 to y
        .map((part) => [from + bend * part, y0 + (y - y0) * part * part * (3 - 2 * part)]);
      const edge = (shift) => [...curve, [end, y]].map(([when, place]) => [when, place + shift]);
      const thick = axes.above(2 * half) - axes.above(0), [x, middle] = axes.at([end, y]);
      pen.globalAlpha = mixed ? 0.4 : 0.95;
      axes.area(edge(-half), edge(half), colour);
      pen.globalAlpha = 1;
      const named = !children.length && !mixed && now >= 100 && thick > 5;
      if (named) text(pen, digit, x + 6, middle, { colour, bold: true });
      let start = y - half;
      for (const child of children) {
        branch(child, end, start + child.members.length / 2);
        start += child.members.length;
      }
    };
    if (past.length > 1) branch(root, 0, root.y);
  }
}
