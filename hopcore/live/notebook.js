// An instrument in a notebook's output (anywidget): what Python sets is set here, what happens is told there.

const GONE = "The kernel is gone: Python no longer hears of this network.";
const ENDS = ["restarting", "autorestarting", "terminating", "dead"]; // a kernel's states
const TELL = 500; // milliseconds between two states that Python is told of
const TRAITS = Object.entries({ n: "n", rescaled_temperature: "rescaledTemperature", rate: "rate" });

function render({ model, el }) {
  const element = make("div", { className: "hopcore-live", "data-instrument": model.get("name") }, el);
  const grey = model.get("grey"), pixels = new Uint8Array(grey.buffer, grey.byteOffset, grey.byteLength);
  const data = imagesOf({ shape: model.get("shape"), digits: model.get("digit_of_image"), pixels });
  const own = begin(element, model.get("options"), data);
  model.on("msg:custom", ({ do: deed, given }) => own.try(() => own[deed](given)));
  // Of a restart ipywidgets tells, of an end only the kernel's own connection; the instrument itself goes on.
  const kernel = model.widget_manager?.kernel;
  const gone = () => {
    own.reported = null;
    own.tell("", GONE);
  };
  model.on("comm_live_status_update", gone);
  kernel?.statusChanged?.connect((_, status) => { if (ENDS.includes(status)) gone(); });
  kernel?.disposed?.connect(gone);
  if (!own.network) return () => own.end();
  const load = () => {
    const numbers = ({ buffer, byteOffset: at, byteLength: size }) => (
      new Float64Array(buffer.slice(at, at + size)));
    const { memories, labels } = model.get("start");
    own.load({ memories: numbers(memories), labels: numbers(labels) });
  };
  let told = 0, later = null;
  const tell = () => {
    later = null;
    told = performance.now();
    const { epoch, memories, labels } = own.state(), bytes = (array) => new DataView(array.slice().buffer);
    model.set({ epoch, current_memories: bytes(memories), current_labels: bytes(labels) });
    model.set("told", own.told.textContent);
    for (const [name, key] of TRAITS) model.set(name, own.settings[key]);
    model.save_changes();
  };
  load();
  own.reported = () => { later ??= setTimeout(tell, Math.max(0, told + TELL - performance.now())); };
  for (const [name, key] of TRAITS) {
    const set = () => own.set({ [key]: model.get(name) });
    model.on(`change:${name}`, () => { if (model.get(name) !== own.settings[key]) own.try(set); });
  }
  model.on("change:start", load);
  return () => {
    clearTimeout(later);
    own.end();
  };
}
