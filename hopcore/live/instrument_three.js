// three: the trails of all memories in the shares ᾱ of three digits, turned by hand.

const CORNERS = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

class ThreeInstrument extends LearningInstrument {
  build() {
    Object.assign(this, { turn: 0.4, tilt: 0.3 });
    hand(this.canvases.trails, {
      pointermove: (x, y, { movementX, movementY }) => this.turned(movementX / 120, movementY / 120),
      keys: (right, up) => this.turned(0.1 * right, -0.1 * up),
    });
  }

  /** About the upright axis, and tilted. */
  turned(turn, tilt) {
    this.turn += turn;
    this.tilt = within(this.tilt + tilt, -1.5, 1.5);
    this.canvases.trails.request();
  }

  set(given) {
    const { digits } = given;
    if (digits && check("digits", digits).length !== 3) throw refuse("digits", digits, "three digits");
    super.set(given);
  }

  colour(k) {
    const { network: { sums }, data, categories } = this;
    return super.colour(k) || (sums.some(Boolean) ? data.colours[leading(sums, k, categories)] : null);
  }

  words() {
    const held = this.held(), own = (digit) => `${held[digit]} stand for the ${this.data.names[digit]}`;
    return `Of ${this.network.count} memories ${this.settings.digits.map(own).join(", ")}.`;
  }

  trails(pen, width, height) {
    const { network, data: { names, colours }, categories, settings: { digits }, turn, tilt } = this;
    const size = width * 0.43;
    const [sinA, cosA, sinB, cosB] = [turn, tilt].flatMap((angle) => [Math.sin(angle), Math.cos(angle)]);
    const project = (shares) => {
      const [up, right, away] = shares.map((share) => share - 0.35), depth = sinA * right + cosA * away;
      const across = cosA * right - sinA * away, above = cosB * up - sinB * depth;
      return [width / 2 + size * across, height / 2 - size * above];
    };
    line(pen, [...CORNERS, CORNERS[0]].map(project), INK, 0.8, [4, 4]);
    CORNERS.forEach((corner, at) => {
      line(pen, [project([0, 0, 0]), project(corner)], INK, 0.8);
      const [x, y] = project(corner.map((each) => each * 1.1));
      const words = `share of ${names[digits[at]]}`, half = 3.6 * words.length;
      text(pen, words, within(x, half, width - half), y + (at ? 18 : -10), { align: "center", bold: true });
      disc(pen, ...project(corner), 4.5, colours[digits[at]]);
    });
    const every = Math.ceil(this.past.length / 80), past = this.past.filter((_, at) => at % every === 0);
    for (let k = 0; k < network.count; k++) {
      const place = ({ sums }) => project(digits.map((digit) => sums[k * categories + digit]));
      const colour = this.colour(k) || INK, trail = [...past, network].map(place);
      line(pen, trail, faint(colour), 1);
      disc(pen, ...trail.at(-1), 3.2, colour);
    }
  }
}
