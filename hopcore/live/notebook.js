// An instrument in a notebook's output (anywidget): what Python sets is set here, and what happens here is told there.

const TELL = 500; // milliseconds between two states that Python is told of

function render({ model, el }) {
  const numbers = (view) => new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  const element = make("div", { className: "hopcore-live", "data-instrument": model.get("name") }, el), names = { n: "n", rescaled_temperature: "rescaledTemperature", rate: "rate" };
  const grey = model.get("grey"), pixels = new Uint8Array(grey.buffer, grey.byteOffset, grey.byteLength);
  const own = begin(element, model.get("options"), imagesOf({ shape: model.get("shape"), digits: model.get("digit_of_image"), pixels }));
  model.on("msg:custom", (message) => own.try(() => {
    const { do: deed, count, spread, given } = message;
    if (deed === "set") own.set(given);
    else if (deed === "push") own.learner.push(spread, Date.now() % 65536);
    else own[deed](count);
  }));
  if (!own.learner) return () => own.end();
  const load = () => {
    const { memories, labels } = model.get("start");
    own.learners.forEach((learner) => learner.load(numbers(memories), numbers(labels)));
  };
  let told = 0, later = null;
  const tell = () => {
    later = null;
    told = performance.now();
    const { epoch, memories, labels } = own.snapshot(), bytes = (array) => new DataView(array.slice().buffer);
    model.set({ epoch, current_memories: bytes(memories), current_labels: bytes(labels), told: own.told.textContent });
    for (const [name, key] of Object.entries(names)) model.set(name, own.settings[key]);
    model.save_changes();
  };
  load();
  own.reported = () => { later ??= setTimeout(tell, Math.max(0, told + TELL - performance.now())); };
  for (const [name, key] of Object.entries(names)) {
    model.on(`change:${name}`, () => { if (model.get(name) !== own.settings[key]) own.try(() => own.set({ [key]: model.get(name) })); });
  }
  model.on("change:start", load);
  // ipywidgets says so when the kernel restarts or ends; the instrument itself goes on.
  model.on("comm_live_status_update", () => own.tell("The kernel is gone: Python no longer hears of this network."));
  return () => {
    clearTimeout(later);
    own.end();
  };
}
