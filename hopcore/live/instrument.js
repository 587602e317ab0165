// What all instruments share: their place in the page, the still picture, and messages.

/** An instrument in an element, built by `build`; programs call its methods by way of start.js. */
class Instrument {
  constructor(element, options, data) {
    Object.assign(this, { element, options, data, canvases: {}, show: {}, learners: [] });
    this.still = element.querySelector(".still");
    this.root = make("div", { className: "live", role: "group", "aria-label": options.title }, element);
    for (const name of ["bar", "stage", "controls"]) this[name] = make("div", { className: name }, this.root);
    this.told = make("p", { className: "told", role: "alert" }, this.root);
    this.state = make("p", { className: "state" }, this.root);
    make("p", { className: "hint", textContent: options.hint }, this.root);
    const theme = { attributes: true, attributeFilter: ["data-theme"] };
    new MutationObserver(() => this.redraw()).observe(document.documentElement, theme);
    this.looking = new IntersectionObserver(([{ isIntersecting }]) => {
      this.inSight = isIntersecting;
      this.look();
    });
    this.looking.observe(element);
    this.watch = () => this.look();
    document.addEventListener("visibilitychange", this.watch);
  }

  /** A view with canvases {name: [ratio, label]}, each drawn by the method of its name. */
  view(canvases) {
    const view = make("div", { className: "view" }, this.stage);
    for (const [name, [ratio, label]] of Object.entries(canvases)) {
      this.canvases[name] = new Canvas(view, name, ratio, label, (...given) => this[name](...given));
    }
    return view;
  }

  redraw() {
    for (const each of Object.values(this.canvases)) each.request();
  }

  look() {
    for (const each of this.learners) each.look(this.inSight !== false && !document.hidden);
  }

  /** What a control does; a refusal is told in the instrument. */
  try(does) {
    try {
      does();
      this.tell("");
    } catch (error) {
      this.tell(error.message);
    }
  }

  /** A sentence for the reader; without one, that which stays. */
  tell(words, stays = false) {
    if (stays) this.lasting = words;
    const told = words || this.lasting || "";
    if (this.told.textContent === told) return;
    this.told.textContent = told;
    this.reported?.();
  }

  /** The state in words, to read and for each canvas. */
  say(words) {
    this.state.textContent = words;
    for (const each of Object.values(this.canvases)) each.say(words);
  }

  /** A setting's control, which follows it. */
  knob(parent, name, more) {
    const change = (given) => this.try(() => this.set({ [name]: given })), value = this.settings[name];
    const control = name === "digits" ? digitChips : slider;
    this.show[name] = control(parent, name, value, change, more);
  }

  wake() { this.element.classList.add("awake"); }

  end() {
    for (const each of this.learners) each.end();
    this.looking.disconnect();
    document.removeEventListener("visibilitychange", this.watch);
  }
}
