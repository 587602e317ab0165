// heat: temperature turned by hand while a network learns: heat holds memories together, cold parts them.

const WARM = "#e8702a";

class HeatInstrument extends LearningInstrument {
  /** A release brings a little noise, as of the start: memories held for long are equal to the last digit. */
  set(given) {
    const { settings: { rescaledTemperature: before }, epoch } = this;
    super.set(given);
    if (given.rescaledTemperature < before && epoch > 0) this.push(START_SPREAD);
  }

  words() {
    const held = this.held(), none = this.network.count - sum(held);
    const names = held.flatMap((members, digit) => (members ? [`${this.data.names[digit]}: ${members}`] : [])).join(", ");
    const one = this.data.kind === "digits" ? "digit" : "category";
    const told = names ? `Memories of one ${one}: ${names}` : `No memory has one ${one}`;
    return `Tᵣ = ${this.settings.rescaledTemperature}. ${told}; ${none} undecided.`;
  }

  warmth(pen, width, height) {
    const { past, epoch: now, settings: { rescaledTemperature: warmth } } = this;
    const values = past.map(({ rule }) => rule.rescaledTemperature), top = Math.max(1.5, warmth, ...values);
    const yTicks = [0.5, 1, 1.5, 2].filter((at) => at <= top).map((at) => [at, at]);
    const axes = this.timeAxes(pen, [34, 4, width - 64, height - 34], { up: [0.3, top], yTicks });
    const until = (at) => past[at + 1]?.epoch ?? now;
    const steps = past.flatMap(({ epoch }, at) => [[epoch, values[at]], [until(at), values[at]]]);
    axes.line([...steps, [now, warmth]], WARM, 2);
    disc(pen, ...axes.at([now, warmth]), 4, WARM);
  }

  populations(...canvas) {
    const { past } = this, now = this.held();
    for (const each of past) each.held ??= this.held(each.labels);
    const full = this.network.count / 5; // a strip holds twice the share of one digit of ten
    const part = ({ held = now }, digit) => Math.min(held[digit] / full, 1);
    this.strips(...canvas, part, (digit) => now[digit]);
  }
}
