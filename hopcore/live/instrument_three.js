// three: the trails of all memories in the shares ᾱ of three digits, turned by hand.

class ThreeInstrument extends LearningInstrument {
  constructor(element, options, data) {
    super(element, options, data);
    Object.assign(this, { turn: 0.4, tilt: 0.3 });
    this.transport();
    const view = make("div", { className: "view" }, this.stage);
    this.cube = this.canvas(view, { name: "turn", label: "trails in three dimensions", ratio: 1, draw: (...pen) => this.drawTrails(...pen) });
    this.memoriesIn(make("div", { className: "view" }, this.stage), (k) => this.colour(k));
    this.handle();
    this.knobs("n", "rescaledTemperature", "digits", "rate", "memories", "seed");
    this.present();
  }

  set(given) {
    if (given.digits && CHECKS.digits(given.digits).length !== 3) throw refuse("digits", given.digits, "three digits");
    super.set(given);
  }

  colour(k) {
    const { sums } = this.learner.frame;
    return this.digitColour(k) || (sums.some(Boolean) ? BOOK.digits[leading(sums, k)] : null);
  }

  /** Drag, or the arrow keys: turn about the upright axis, and tilt. */
  handle() {
    const { element } = this.cube;
    const by = (turn, tilt) => {
      this.turn += turn;
      this.tilt = Math.min(1.5, Math.max(-1.5, this.tilt + tilt));
      this.wake();
      this.cube.request();
    };
    element.tabIndex = 0;
    element.addEventListener("pointerdown", (event) => element.setPointerCapture(event.pointerId));
    element.addEventListener("pointermove", (event) => { if (event.buttons) by(event.movementX / 120, event.movementY / 120); });
    element.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
      if (!move) return;
      event.preventDefault();
      by(...move);
    });
  }

  present() {
    if (!this.mosaic) return;
    this.showTransport();
    const { frame, count } = this.learner, held = this.settings.digits.map((digit) => {
      let members = 0;
      for (let k = 0; k < count; k++) members += standsFor(frame.labels, k) === digit;
      return `${members} stand for the ${digit}`;
    });
    this.state.textContent = `Of ${count} memories ${held.join(", ")}.`;
    this.cube.say(`Trails of ${count} memories at epoch ${frame.epoch}. ${this.state.textContent} Arrow keys turn the picture.`);
  }

  drawTrails(pen, width, height, ink) {
    const { learner: { frame, count }, settings: { digits } } = this;
    const [sin, cos] = [Math.sin(this.turn), Math.cos(this.turn)];
    const [dip, lift] = [Math.sin(this.tilt), Math.cos(this.tilt)], scale = width * 0.43;
    const project = ([up, right, away]) => {
      const [u, r, a] = [up - 0.35, right - 0.35, away - 0.35], depth = sin * r + cos * a;
      return [width / 2 + scale * (cos * r - sin * a), height / 2 - scale * (lift * u - dip * depth)];
    };
    const corners = [[1, 0, 0], [0, 1, 0], [0, 0, 1]], place = (sums, k) => project(digits.map((digit) => sums[k * CATEGORIES + digit]));
    line(pen, [...corners, corners[0]].map(project), ink, 0.8, [4, 4]);
    corners.forEach((corner, at) => {
      line(pen, [project([0, 0, 0]), project(corner)], ink, 0.8);
      const [x, y] = project(corner.map((each) => each * 1.1));
      text(pen, `share of ${digits[at]}`, x, y + (at ? 18 : -10), { colour: BOOK.digits[digits[at]], align: "center", bold: true });
    });
    const every = Math.ceil(this.past.length / 80), past = this.past.filter((_, at) => at % every === 0);
    for (let k = 0; k < count; k++) {
      const colour = this.colour(k) || ink;
      pen.globalAlpha = 0.45;
      line(pen, [...past.map(({ sums }) => place(sums, k)), place(frame.sums, k)], colour, 1);
      pen.globalAlpha = 1;
    }
    for (let k = 0; k < count; k++) disc(pen, ...place(frame.sums, k), 3.2, this.colour(k) || ink);
  }
}
