// What all instruments share: their place in the page, what `BOOK.instruments` says of them, and messages.

/** An instrument in an element. Programs call its methods: it is the element's property `instrument`. */
class Instrument {
  constructor(element, options, data) {
    const layout = BOOK.instruments[element.dataset.instrument], { title, hint, views, knobs, more } = layout;
    Object.assign(this, { element, data, layout, settings: options, canvases: {}, shown: {}, networks: [] });
    this.root = make("div", { className: "live", role: "group", "aria-label": title }, element);
    for (const name of ["bar", "stage", "controls"]) this[name] = make("div", { className: name }, this.root);
    this.told = make("p", { className: "told", role: "alert" }, this.root);
    this.said = make("p", { className: "state" }, this.root);
    const said = (words) => (data.kind === "digits" ? words
      : words.replace(/(ten )?digits/, "categories").replace("digit", "category"));
    make("p", { className: "hint", textContent: said(hint) }, this.root);
    for (const canvases of views) {
      const view = make("div", { className: "view" }, this.stage);
      for (const [name, [ratio, words]] of Object.entries(canvases)) {
        const label = said(words);
        make("p", { className: "title", textContent: label }, view);
        this.canvases[name] = new Canvas(view, name, ratio, label, (...given) => this[name](...given));
      }
    }
    this.prepare();
    for (const [words, does, title, ...given] of layout.buttons) {
      button(this.bar, words, () => this.try(() => this[does](...given)), { title });
    }
    this.build?.();
    for (const name of [...knobs, ..."spread" in options ? ["spread"] : []]) this.knob(this.controls, name);
    const folded = make("details", { className: "more" }, this.controls);
    make("summary", { textContent: layout.fold || "more" }, folded);
    for (const name of more) this.knob(folded, name);
    const theme = { attributeFilter: ["data-theme"] };
    new MutationObserver(() => this.redraw()).observe(document.documentElement, theme);
    this.looking = new IntersectionObserver(([{ isIntersecting }]) => {
      this.inSight = isIntersecting;
      if (isIntersecting) this.run?.();
    });
    this.looking.observe(element);
    this.set({});
  }

  redraw() { for (const each of Object.values(this.canvases)) each.request(); }

  /** The controls follow the settings. */
  show() { for (const [name, show] of Object.entries(this.shown)) show(this.settings[name]); }

  /** What a control does; a refusal is told in the instrument, and the control goes back. */
  try(does) {
    try {
      does();
      this.tell("");
    } catch (error) {
      this.tell(error.message);
      this.show();
    }
  }

  /** A sentence for the reader; without one, that which stays. */
  tell(words) {
    const told = words || this.lasting || "";
    if (this.told.textContent === told) return;
    this.told.textContent = told;
    this.reported?.();
  }

  /** The state in words, to read and for each canvas. */
  say(words) {
    this.said.textContent = words;
    for (const each of Object.values(this.canvases)) each.say(words);
  }

  /** A setting's control, which follows it. */
  knob(parent, name) {
    const change = (value) => this.try(() => this.set({ [name]: value })), now = this.settings[name];
    const control = name === "digits" ? digitChips : slider;
    this.shown[name] = control(parent, name, now, change, this.data);
  }

  end() {
    for (const each of this.networks) each.stop();
    this.looking.disconnect();
  }
}
