// A network as the page knows it: its last frame, its records, and a loop that asks for the next slice of
// learning. It learns in a worker made of this very source or, where none may start, on the page's thread.

// Milliseconds of learning between two pictures: of one that plays, that takes steps, on the page's thread.
const SLICE = 40, LONG_SLICE = 200, SHORT_SLICE = 10;

class Learner {
  /** `changed()` is called when there is something new to draw, `failed(error)` when it could not go on. */
  constructor(changed, failed) {
    Object.assign(this, { changed, failed, turn: 0, asked: 0, visible: true, learning: false });
    this.waiting = new Map();
  }

  /** A new network on these images (S·N), with its start. A fresh worker runs fastest. */
  open({ images, digits, pixels, rule, memories, labels }) {
    this.end();
    Object.assign(this, { images, digits, pixels, rule, history: [], count: labels.length / CATEGORIES });
    const [sums, recognised] = [labels.length, CATEGORIES].map((length) => new Float64Array(length));
    this.frame = { epoch: 0, memories, labels, sums, recognised };
  }

  /** A promise that it is done. The network is made when first asked: an untouched page does nothing. */
  ask(type, given) {
    if (!this.post) {
      const { images, digits, pixels, frame: { memories, labels } } = this;
      this.connect();
      this.ask("open", { images, digits, pixels, memories, labels });
    }
    const message = { id: ++this.asked, type, rule: this.rule, slice: SLICE, ...given };
    return new Promise((resolve) => {
      this.waiting.set(message.id, { resolve, message });
      this.post(message);
    });
  }

  connect() {
    const address = URL.createObjectURL(new Blob([`(${hopcoreLive})(self)`], { type: "text/javascript" }));
    try {
      const worker = (this.worker = new Worker(address)), mine = () => this.worker === worker;
      this.post = (message) => worker.postMessage(message);
      worker.onmessage = ({ data }) => { if (mine()) this.answer(data); };
      worker.onerror = (event) => {
        event.preventDefault();
        if (mine()) this.stay();
      };
    } catch {
      this.stay();
    }
    URL.revokeObjectURL(address);
  }

  /** No worker may start here: do all that was asked, and all that will be, on the page's own thread. */
  stay() {
    const { waiting } = this, local = serve((told) => { if (this.waiting === waiting) this.answer(told); });
    this.worker = null;
    this.post = (message) => setTimeout(() => local({ ...message, slice: SHORT_SLICE }), 0);
    for (const { message } of waiting.values()) this.post(message);
  }

  answer({ id, frame, error }) {
    const { resolve } = this.waiting.get(id), first = frame?.records[0];
    this.waiting.delete(id);
    if (first) this.history = [...this.history.filter(({ epoch }) => epoch < first.epoch), ...frame.records];
    if (frame) this.frame = frame;
    else this.stop();
    if (error) this.failed(new Error(error));
    this.changed();
    resolve();
  }

  /** Learn for so many epochs (Infinity: until stopped), while the page is seen or `unseen`. */
  async run(count, unseen = false) {
    const turn = ++this.turn, end = this.frame.epoch + count, slice = unseen ? LONG_SLICE : SLICE;
    this.learning = true;
    this.changed();
    while (turn === this.turn && this.frame.epoch < end) {
      if (!unseen && !this.visible) await new Promise((seen) => { this.seen = seen; });
      if (turn !== this.turn) break;
      await (this.last = this.ask("run", { count: Math.min(end - this.frame.epoch, 1e6), slice }));
    }
    if (turn === this.turn) this.stop();
  }

  look(visible) {
    this.visible = visible;
    if (visible) this.seen?.();
  }

  /** A promise that nothing is learnt any more. */
  stop() {
    this.turn++;
    const was = this.learning;
    this.learning = false;
    if (was) this.changed();
    return Promise.resolve(this.last);
  }

  /** Nobody waits any more for what was asked. */
  end() {
    this.stop();
    this.worker?.terminate();
    for (const { resolve } of this.waiting.values()) resolve();
    Object.assign(this, { worker: null, post: null, waiting: new Map() });
  }

  seek(epoch) {
    this.stop();
    return this.ask("seek", { epoch });
  }
}
