// The network off the page's own thread: in a worker made of this very source, or, where none may start, in slices.

// Milliseconds of learning between two pictures: of a network that plays, that takes steps, and on the page's own thread.
const SLICE = 40, LONG_SLICE = 200, SHORT_SLICE = 10;

/** Answers messages {id, type, …} with {id, frame} or {id, error}. */
function serve(post) {
  let network = null;
  const deeds = {
    open: ({ images, digits, pixels, rule }) => { network = new Network(featuresOf(images, digits.length, pixels), digits, rule); },
    load: ({ memories, labels }) => network.load(memories, labels),
    rule: ({ rule }) => { network.rule = rule; },
    run: ({ count, slice }) => network.run(count, performance.now() + slice),
    push: ({ spread, seed }) => network.push(spread, seed),
    seek: ({ epoch }) => network.seek(epoch),
  };
  return ({ id, type, ...given }) => {
    try {
      deeds[type](given);
      const frame = type === "open" || type === "rule" ? null : network.frame();
      post({ id, frame }, frame ? [frame.memories.buffer, frame.labels.buffer] : []);
    } catch (error) {
      post({ id, error: String(error.message || error) });
    }
  };
}

/** A way to ask a network: `ask(type, given)` promises a frame. */
class Messenger {
  constructor() {
    this.waiting = new Map();
    this.asked = 0;
    try {
      const address = URL.createObjectURL(new Blob([`(${hopcoreLive})(self)`], { type: "text/javascript" }));
      this.worker = new Worker(address);
      URL.revokeObjectURL(address);
      this.worker.onmessage = ({ data }) => this.answer(data);
      this.worker.onerror = (event) => {
        event.preventDefault();
        this.stay();
      };
    } catch {
      this.stay();
    }
  }

  /** No worker may start here: do all that was asked, and all that will be, on the page's own thread. */
  stay() {
    this.worker = null;
    const local = serve((answer) => this.answer(answer));
    this.local = (message) => setTimeout(() => local({ ...message, slice: SHORT_SLICE }), 0);
    for (const { message } of this.waiting.values()) this.local(message);
  }

  ask(type, given = {}) {
    const id = ++this.asked, message = { id, type, slice: SLICE, ...given };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, message });
      if (this.worker) this.worker.postMessage(message);
      else this.local(message);
    });
  }

  answer({ id, frame, error }) {
    const { resolve, reject } = this.waiting.get(id) || {};
    this.waiting.delete(id);
    if (error) reject?.(new Error(error));
    else resolve?.(frame);
  }

  end() {
    this.worker?.terminate();
    this.waiting.clear();
  }
}
