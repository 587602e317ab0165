// heat: a network whose temperature is turned by hand while it learns; heat holds memories together, cold lets them go.

class HeatInstrument extends LearningInstrument {
  constructor(element, options, data) {
    super(element, options, data);
    this.transport({ push: false });
    const heats = make("div", { className: "heats", role: "group", "aria-label": "temperature" }, this.bar);
    for (const [words, rescaledTemperature] of [["Hold", 1.3], ["Release", 0.85], ["Melt", 1.8]]) {
      button(heats, `${words}, ${rescaledTemperature}`, () => this.try(() => this.set({ rescaledTemperature })), { title: `T over N = ${rescaledTemperature}` });
    }
    const view = make("div", { className: "view" }, this.stage), side = make("div", { className: "view stack" }, this.stage);
    this.memoriesIn(view, (k) => this.digitColour(k));
    this.warmth = this.canvas(side, { name: "warmth", label: "temperature", ratio: 2.9, draw: (...pen) => this.drawWarmth(...pen) });
    this.people = this.canvas(side, { name: "people", label: "populations", ratio: 1.5, draw: (...pen) => this.drawPeople(...pen) });
    this.knobs("n", "rescaledTemperature", "digits", "rate", "memories", "seed");
    this.present();
  }

  /** A release brings a little noise, as of the start: memories held for long are equal to the last digit. */
  set(given) {
    const { rescaledTemperature: before } = this.settings;
    super.set(given);
    if (given.rescaledTemperature < before && this.learner.frame.epoch > 0) this.learner.push(START_SPREAD, this.learner.frame.epoch);
  }

  /** How many memories stand for each digit. */
  populations(labels) {
    const held = new Array(CATEGORIES).fill(0);
    for (let k = 0; k < this.learner.count; k++) held[standsFor(labels, k)]++;
    return held;
  }

  present() {
    if (!this.people) return;
    this.showTransport();
    const { frame, count } = this.learner, held = this.populations(frame.labels), none = count - held.reduce((a, b) => a + b, 0);
    const names = held.map((members, digit) => (members ? `${digit}: ${members}` : "")).filter(Boolean).join(", ");
    this.state.textContent = `T\u1d63 = ${this.settings.rescaledTemperature}. ${names ? `Memories of one digit: ${names}` : "No memory has one digit"}; ${none} undecided.`;
    this.people.say(`Epoch ${frame.epoch}. ${this.state.textContent}`);
  }

  box(width, height) {
    return [34, 20, width - 60, height - 50];
  }

  drawWarmth(pen, width, height, ink) {
    const { past, epoch: now, learner: { rule: { rescaledTemperature: warmth } } } = this;
    const values = past.map((each) => each.rule.rescaledTemperature), top = reach(10 * Math.max(...values, warmth), 15) / 10;
    const yTicks = [0.5, 1, 1.5, 2].filter((at) => at <= top).map((at) => [at, String(at)]);
    const { right, above } = this.timeAxes(pen, this.box(width, height), { up: [0.3, top], yTicks, yName: "T\u1d63" }, ink);
    const steps = past.flatMap(({ epoch }, at) => [epoch, past[at + 1]?.epoch ?? now].map((when) => [when, values[at]]));
    line(pen, [...steps, [now, warmth]].map(([epoch, value]) => [right(epoch), above(value)]), "#e8702a", 2);
    disc(pen, right(now), above(warmth), 4, "#e8702a");
  }

  /** The populations, stacked by digit. */
  drawPeople(pen, width, height, ink) {
    const { past, learner: { frame, count } } = this, box = this.box(width, height);
    const named = { xName: "epoch", yName: "memories of one digit", yTicks: [[0, "0"], [count, String(count)]] };
    const { right, above } = this.timeAxes(pen, box, { up: [0, count], ...named }, ink);
    for (const each of past) each.held ??= this.populations(each.labels);
    const points = [...past, { epoch: frame.epoch, held: this.populations(frame.labels) }];
    const below = points.map(() => 0);
    BOOK.digits.forEach((colour, digit) => {
      pen.beginPath();
      points.forEach(({ epoch }, at) => pen.lineTo(right(epoch), above(below[at])));
      points.forEach(({ held }, at) => { below[at] += held[digit]; });
      for (let at = points.length - 1; at >= 0; at--) pen.lineTo(right(points[at].epoch), above(below[at]));
      pen.fillStyle = colour;
      pen.fill();
      const last = points.length - 1, own = points[last].held[digit];
      if (own * box[3] / count > 11) text(pen, String(digit), right(frame.epoch) + 6, above(below[last] - own / 2), { colour, bold: true });
    });
  }
}
