// heat: temperature turned by hand while a network learns: heat holds memories together, cold parts them.

const WARM = "#e8702a";

class HeatInstrument extends LearningInstrument {
  build() {
    this.transport();
    const heats = make("div", { className: "heats", role: "group", "aria-label": "temperature" }, this.bar);
    for (const [words, rescaledTemperature] of [["Hold", 1.3], ["Release", 0.85], ["Melt", 1.8]]) {
      const turn = () => this.try(() => this.set({ rescaledTemperature }));
      button(heats, `${words}, ${rescaledTemperature}`, turn, { title: `T\u1d63 = ${rescaledTemperature}` });
    }
    this.viewMemories();
    this.view({ warmth: [2.9, "temperature"], populations: [1.5, "memories of each digit"] });
    this.knobs("digits", "rate", "memories", "seed");
  }

  /** A release brings a little noise, as of the start: memories held for long are equal to the last digit. */
  set(given) {
    const { settings: { rescaledTemperature: before }, epoch } = this;
    super.set(given);
    if (given.rescaledTemperature < before && epoch > 0) this.push(START_SPREAD);
  }

  /** How many memories stand for each digit. */
  held(labels) {
    const own = range(this.learner.count).map((k) => standsFor(labels, k));
    return range(CATEGORIES).map((digit) => own.filter((each) => each === digit).length);
  }

  words() {
    const held = this.held(this.frame.labels), none = this.learner.count - sum(held);
    const names = held.flatMap((members, digit) => (members ? [`${digit}: ${members}`] : [])).join(", ");
    const told = names ? `Memories of one digit: ${names}` : "No memory has one digit";
    return `T\u1d63 = ${this.settings.rescaledTemperature}. ${told}; ${none} undecided.`;
  }

  warmth(pen, width, height) {
    const { past, epoch: now, settings: { rescaledTemperature: warmth } } = this;
    const values = past.map(({ rule }) => rule.rescaledTemperature), top = Math.max(1.5, warmth, ...values);
    const yTicks = [0.5, 1, 1.5, 2].filter((at) => at <= top).map((at) => [at, at]);
    const more = { up: [0.3, top], yTicks, yName: "T\u1d63", xName: "" };
    const axes = this.timeAxes(pen, [34, 20, width - 60, height - 50], more);
    const until = (at) => past[at + 1]?.epoch ?? now;
    const steps = past.flatMap(({ epoch }, at) => [[epoch, values[at]], [until(at), values[at]]]);
    axes.line([...steps, [now, warmth]], WARM, 2);
    disc(pen, ...axes.at([now, warmth]), 4, WARM);
  }

  /** Stacked by digit. */
  populations(pen, width, height) {
    const { past, frame, learner: { count } } = this, box = [34, 20, width - 60, height - 50];
    const yTicks = [[0, 0], [count, count]], yName = "memories of one digit";
    const axes = this.timeAxes(pen, box, { up: [0, count], yTicks, yName });
    for (const each of past) each.held ??= this.held(each.labels);
    const points = [...past, { epoch: frame.epoch, held: this.held(frame.labels) }];
    let below = points.map(({ epoch }) => [epoch, 0]);
    BOOK.digits.forEach((colour, digit) => {
      const top = below.map(([epoch, y], at) => [epoch, y + points[at].held[digit]]);
      axes.area(top, below, colour);
      const own = points.at(-1).held[digit], [x, y] = axes.at([frame.epoch, top.at(-1)[1] - own / 2]);
      if (own * box[3] / count > 11) text(pen, digit, x + 6, y, { colour, bold: true });
      below = top;
    });
  }
}
