// network: memories, the digits that are recognised, and the tree of splits as it grows.

class NetworkInstrument extends LearningInstrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.transport();
    const { stage } = this, view = make("div", { className: "view" }, stage);
    this.memoriesIn(view, (k) => this.digitColour(k));
    const side = make("div", { className: "view stack" }, stage);
    this.bands = this.canvas(side, { name: "bands", label: "images recognised of each digit", ratio: 2.1, draw: (...pen) => this.drawBands(...pen) });
    this.river = this.canvas(side, { name: "tree", label: "tree of splits", ratio: 1.9, draw: (...pen) => this.drawTree(...pen) });
    this.knobs("n", "rescaledTemperature", "digits", "rate", "memories", "momentum", "seed");
    this.present();
  }

  present() {
    if (!this.river) return;
    this.showTransport();
    const { frame, digits } = this.learner, right = frame.recognised.reduce((a, b) => a + b, 0);
    const known = frame.recognised.filter((count, digit) => count > 0.2 * digits.filter((each) => each === digit).length).length;
    this.state.textContent = `${right} of ${digits.length} images recognised; ${known} of ${new Set(digits).size} digits have appeared.`;
    this.mosaic.say(`${this.learner.count} memories at epoch ${frame.epoch}. ${this.state.textContent}`);
  }

  /** One strip for each digit, filled as high as its images are recognised. */
  drawBands(pen, width, height, ink) {
    const { past, learner: { frame, digits } } = this, chosen = [...new Set(digits)];
    const [left, top, w, h] = [16, 16, width - 46, height - 46], row = h / chosen.length;
    text(pen, "images recognised", 0, 6, { colour: ink });
    const { right } = this.timeAxes(pen, [left, top, w, h], { up: [0, 1], xName: "epoch" }, ink);
    chosen.forEach((digit, at) => {
      const base = top + (at + 1) * row, total = digits.filter((each) => each === digit).length, colour = BOOK.digits[digit];
      const up = (counts) => base - (counts[digit] / total) * (row - 2);
      pen.beginPath();
      pen.moveTo(right(0), base);
      for (const { epoch, recognised } of past) pen.lineTo(right(epoch), up(recognised));
      pen.lineTo(right(frame.epoch), up(frame.recognised));
      pen.lineTo(right(frame.epoch), base);
      pen.fillStyle = colour;
      pen.fill();
      line(pen, [[left, base], [left + w, base]], `${colour}55`, 0.7);
      text(pen, String(digit), 2, base - row / 2, { colour, bold: true, size: Math.min(13, row) });
      text(pen, `${frame.recognised[digit]}/${total}`, width, base - row / 2, { colour: ink, align: "right", size: Math.min(11, row) });
    });
  }

  /** The tree: a band for every group of memories, as thick as the group, in the colour of the digit that leads in it. */
  drawTree(pen, width, height, ink) {
    const { past, learner: { frame: { sums }, count, rule } } = this;
    if (this.together?.count !== count) this.together = new Together(count);
    this.together.follow(past);
    const last = past[past.length - 1], now = last?.epoch ?? 0;
    const [left, top, w, h] = [4, 18, width - 34, height - 48];
    text(pen, "who is together", 0, 6, { colour: ink });
    const { right } = this.timeAxes(pen, [left, top, w, h], { up: [0, 1], xName: "epoch" }, ink);
    if (past.length < 2) return;
    if (this.drawn?.last !== last) this.drawn = { last, root: this.together.tree(now, rule.rate) };
    const { root } = this.drawn, leaves = [];
    const total = ({ members }, c) => members.reduce((sum, k) => sum + sums[k * CATEGORIES + c], 0);
    const digitOf = (node) => leading(Float64Array.from({ length: CATEGORIES }, (_, c) => total(node, c)), 0);

    /** Its digit, and the order of its branches. */
    const order = (node) => {
      node.children.forEach(order);
      node.digit = digitOf(node);
      node.mixed = node.children.some((child) => child.mixed || child.digit !== node.digit);
      node.children.sort((a, b) => a.digit - b.digit || a.members[0] - b.members[0]);
    };
    const collect = (node) => (node.children.length ? node.children.forEach(collect) : leaves.push(node));
    order(root);
    collect(root);
    const gap = Math.min(10, (0.45 * h) / Math.max(leaves.length - 1, 1)), unit = (h - gap * (leaves.length - 1)) / count;

    /** Leaves below each other, and every branch in the middle of its own. */
    let y = top;
    const place = (node) => {
      node.children.forEach(place);
      const { children, members } = node, thick = members.length * unit;
      node.y = children.length ? children.reduce((sum, child) => sum + child.y * child.members.length, 0) / members.length : y + thick / 2;
      if (!children.length) y += thick + gap;
    };
    place(root);
    const colour = (node) => (node.mixed ? ink : BOOK.digits[node.digit]);
    const branch = (node, from, y0) => {
      const half = Math.max(0.5, (node.members.length * unit) / 2), stop = right(Math.min(node.epoch, now)), bend = Math.min(18, stop - from);
      pen.beginPath();
      pen.moveTo(from, y0 - half);
      pen.bezierCurveTo(from + bend / 2, y0 - half, from + bend / 2, node.y - half, from + bend, node.y - half);
      pen.lineTo(stop, node.y - half);
      pen.lineTo(stop, node.y + half);
      pen.lineTo(from + bend, node.y + half);
      pen.bezierCurveTo(from + bend / 2, node.y + half, from + bend / 2, y0 + half, from, y0 + half);
      pen.globalAlpha = node.mixed ? 0.4 : 0.95;
      pen.fillStyle = colour(node);
      pen.fill();
      pen.globalAlpha = 1;
      let start = node.y - (node.members.length * unit) / 2;
      for (const child of node.children) {
        branch(child, stop, start + (child.members.length * unit) / 2);
        start += child.members.length * unit;
      }
      if (!node.children.length && node.members.length * unit > 5) {
        text(pen, node.mixed || now < 100 ? "" : String(node.digit), stop + 6, node.y, { colour: colour(node), bold: true });
      }
    };
    branch(root, right(0), root.y);
  }
}
