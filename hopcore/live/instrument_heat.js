// heat: a network whose temperature is turned by hand while it learns; heat holds memories together, cold lets them go.

const WARM = "#e8702a";

class HeatInstrument extends LearningInstrument {
  build() {
    this.transport();
    const heats = make("div", { className: "heats", role: "group", "aria-label": "temperature" }, this.bar);
    for (const [words, rescaledTemperature] of [["Hold", 1.3], ["Release", 0.85], ["Melt", 1.8]]) {
      const title = `T over N = ${rescaledTemperature}`, turn = () => this.try(() => this.set({ rescaledTemperature }));
      button(heats, `${words}, ${rescaledTemperature}`, turn, { title });
    }
    this.viewMemories();
    this.view({ warmth: [2.9, "temperature"], populations: [1.5, "memories of each digit"] });
    this.knobs("digits", "rate", "memories", "seed");
  }

  /** A release brings a little noise, as of the start: memories held for long are equal to the last digit. */
  set(given) {
    const { rescaledTemperature: before } = this.settings, { epoch } = this;
    super.set(given);
    if (given.rescaledTemperature < before && epoch > 0) this.learner.push(START_SPREAD, epoch);
  }

  /** How many memories stand for each digit. */
  held(labels) {
    const held = new Array(CATEGORIES).fill(0);
    for (let k = 0; k < this.learner.count; k++) held[standsFor(labels, k)]++;
    return held;
  }

  words() {
    const held = this.held(this.frame.labels), none = this.learner.count - held.reduce((a, b) => a + b, 0);
    const names = held.flatMap((members, digit) => (members ? [`${digit}: ${members}`] : [])).join(", ");
    const told = names ? `Memories of one digit: ${names}` : "No memory has one digit";
    return `T\u1d63 = ${this.settings.rescaledTemperature}. ${told}; ${none} undecided.`;
  }

  warmth(pen, width, height) {
    const { past, epoch: now, learner: { rule: { rescaledTemperature: warmth } } } = this;
    const values = past.map(({ rule }) => rule.rescaledTemperature), top = reach(10 * Math.max(...values, warmth), 15) / 10;
    const yTicks = [0.5, 1, 1.5, 2].filter((at) => at <= top).map((at) => [at, at]), yName = "T\u1d63";
    const axes = this.timeAxes(pen, [34, 20, width - 60, height - 50], { up: [0.3, top], yTicks, yName, xName: "" });
    const steps = past.flatMap(({ epoch }, at) => [[epoch, values[at]], [past[at + 1]?.epoch ?? now, values[at]]]);
    axes.line([...steps, [now, warmth]], WARM, 2);
    disc(pen, ...axes.at([now, warmth]), 4, WARM);
  }

  /** Stacked by digit. */
  populations(pen, width, height) {
    const { past, frame, learner: { count } } = this, more = { up: [0, count], yTicks: [[0, 0], [count, count]] };
    const axes = this.timeAxes(pen, [34, 20, width - 60, height - 50], { ...more, yName: "memories of one digit" });
    for (const each of past) each.held ??= this.held(each.labels);
    const points = [...past, { epoch: frame.epoch, held: this.held(frame.labels) }];
    let below = points.map(({ epoch }) => [epoch, 0]);
    BOOK.digits.forEach((colour, digit) => {
      const top = below.map(([epoch, height], at) => [epoch, height + points[at].held[digit]]);
      axes.area(top, below, colour);
      const [[epoch, high], own] = [top[top.length - 1], points[points.length - 1].held[digit]];
      const [x, y] = axes.at([epoch, high - own / 2]);
      if (own * axes.box[3] / count > 11) text(pen, digit, x + 6, y, { colour, bold: true });
      below = top;
    });
  }
}
