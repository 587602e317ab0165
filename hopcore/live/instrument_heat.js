// heat: temperature turned by hand while a network learns: heat holds memories together, cold parts them.

const WARM = "#e8702a";

class HeatInstrument extends LearningInstrument {
  build() {
    const heats = make("div", { className: "heats", role: "group", "aria-label": "temperature" }, this.bar);
    for (const [words, rescaledTemperature] of [["Hold", 1.3], ["Release", 0.85], ["Melt", 1.8]]) {
      this.button(heats, `${words}, ${rescaledTemperature}`, () => this.set({ rescaledTemperature }));
    }
  }

  /** A release brings a little noise, as of the start: memories held for long are equal to the last digit. */
  set(given) {
    const { settings: { rescaledTemperature: before }, epoch } = this;
    super.set(given);
    if (given.rescaledTemperature < before && epoch > 0) this.push(START_SPREAD);
  }

  words() {
    const held = this.held(), none = this.network.count - sum(held);
    const names = held.flatMap((members, digit) => (members ? [`${digit}: ${members}`] : [])).join(", ");
    const told = names ? `Memories of one digit: ${names}` : "No memory has one digit";
    return `Tᵣ = ${this.settings.rescaledTemperature}. ${told}; ${none} undecided.`;
  }

  warmth(pen, width, height) {
    const { past, epoch: now, settings: { rescaledTemperature: warmth } } = this;
    const values = past.map(({ rule }) => rule.rescaledTemperature), top = Math.max(1.5, warmth, ...values);
    const yTicks = [0.5, 1, 1.5, 2].filter((at) => at <= top).map((at) => [at, at]);
    const more = { up: [0.3, top], yTicks, yName: "Tᵣ", xName: "" };
    const axes = this.timeAxes(pen, [34, 20, width - 60, height - 50], more);
    const until = (at) => past[at + 1]?.epoch ?? now;
    const steps = past.flatMap(({ epoch }, at) => [[epoch, values[at]], [until(at), values[at]]]);
    axes.line([...steps, [now, warmth]], WARM, 2);
    disc(pen, ...axes.at([now, warmth]), 4, WARM);
  }

  /** Stacked by digit. */
  populations(pen, width, height) {
    const { past, epoch: now, network: { count } } = this, box = [34, 20, width - 60, height - 50];
    const yTicks = [[0, 0], [count, count]], yName = "memories of one digit";
    const axes = this.timeAxes(pen, box, { up: [0, count], yTicks, yName });
    for (const each of past) each.held ??= this.held(each.labels);
    const points = [...past, { epoch: now, held: this.held() }];
    let below = points.map(({ epoch }) => [epoch, 0]);
    BOOK.digits.forEach((colour, digit) => {
      const top = below.map(([epoch, y], at) => [epoch, y + points[at].held[digit]]);
      axes.area(top, below, colour);
      const own = points.at(-1).held[digit], [x, y] = axes.at([now, top.at(-1)[1] - own / 2]);
      if (own * box[3] / count > 11) text(pen, digit, x + 6, y, { colour, bold: true });
      below = top;
    });
  }
}
