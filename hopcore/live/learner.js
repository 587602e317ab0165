// A network as the page knows it: its last frame, its records, and a loop that asks for the next slice of learning.

class Learner {
  /** `changed(learner)` is called when there is something new to draw. */
  constructor(changed) {
    Object.assign(this, { changed, turn: 0, era: 0, history: [], visible: true, learning: false });
  }

  /** A new network on these images (S·N), with its start. A fresh worker runs fastest. */
  open({ images, digits, pixels, rule, memories, labels }) {
    this.stop();
    this.messenger?.end();
    this.messenger = null;
    Object.assign(this, { images, digits, pixels, rule });
    this.load(memories, labels);
  }

  load(memories, labels) {
    this.stop();
    this.era++;
    this.history = [];
    this.count = labels.length / CATEGORIES;
    this.frame = { epoch: 0, memories, labels, sums: new Float64Array(this.count * CATEGORIES), recognised: new Float64Array(CATEGORIES) };
    this.started = false;
    this.changed(this);
  }

  /** The network is made when first asked, so that a page that nobody touches does nothing. */
  ask(type, given) {
    if (!this.messenger) {
      const { images, digits, pixels, rule } = this;
      this.messenger = new Messenger();
      this.messenger.ask("open", { images, digits, pixels, rule }).catch((error) => this.failed?.(error));
    }
    if (!this.started) {
      this.started = true;
      const { memories, labels } = this.frame;
      this.take(this.messenger.ask("load", { memories: memories.slice(), labels: labels.slice() }), this.era);
    }
    return this.take(this.messenger.ask(type, given), this.era);
  }

  take(asked, era) {
    return asked.then((frame) => {
      if (frame === null || era !== this.era) return;
      const { records, ...state } = frame;
      this.frame = state;
      if (records.length) this.history = [...this.history.filter(({ epoch }) => epoch < records[0].epoch), ...records];
      this.changed(this);
    });
  }

  set(rule) {
    this.rule = { ...this.rule, ...rule };
    if (this.messenger) this.ask("rule", { rule: this.rule });
  }

  /** Learn for so many epochs (Infinity: until stopped), while the page is seen or `unseen`. */
  async run(count, unseen = false) {
    const turn = ++this.turn, end = this.frame.epoch + count;
    this.learning = true;
    this.changed(this);
    try {
      while (turn === this.turn && this.frame.epoch < end) {
        if (!unseen && !this.visible) await new Promise((seen) => { this.seen = seen; });
        if (turn === this.turn) await (this.last = this.ask("run", { count: Math.min(end - this.frame.epoch, 1e6), ...(unseen && { slice: LONG_SLICE }) }));
      }
    } finally {
      if (turn === this.turn) this.stop();
    }
  }

  look(visible) {
    this.visible = visible;
    if (visible) this.seen?.();
  }

  stop() {
    this.turn++;
    const was = this.learning;
    this.learning = false;
    if (was) this.changed(this);
    return Promise.resolve(this.last);
  }

  push(spread, seed) {
    return this.ask("push", { spread, seed });
  }

  seek(epoch) {
    this.stop();
    return this.ask("seek", { epoch });
  }
}
