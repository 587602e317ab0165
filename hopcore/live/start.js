// Where it begins: in a page, or in a notebook's output (anywidget), where Python and it hear of each other.

const GONE = "The kernel is gone: Python no longer hears of this network.";
const TELL = 500; // milliseconds between two states that Python is told of
const TRAITS = Object.entries({ n: "n", rescaled_temperature: "rescaledTemperature", rate: "rate" });
const INSTRUMENTS = {
  network: NetworkInstrument, three: ThreeInstrument, heat: HeatInstrument, nullclines: NullclinesInstrument,
  draw: DrawInstrument,
};

/** Bytes from a text in which a zero is followed by how many they are. */
function bytesOf(text) {
  const long = atob(text).replace(/\0([^])/g, (zeros, count) => "\0".repeat(count.charCodeAt(0)));
  return Array.from(long, (byte) => byte.charCodeAt(0));
}

/** The images of the page (bytes of grey, once a page), as numbers in [−1, 1]. */
function imagesOf({ shape: [, pixels], digits, pixels: grey, ...kinds }) {
  const bytes = typeof grey === "string" ? bytesOf(grey) : grey;
  const images = Float64Array.from(bytes, (value) => 2 * value / 255 - 1);
  return {
    pixels, digits, ...kinds,
    image: (row) => images.subarray(row * pixels, (row + 1) * pixels),
    rowsOf(chosen) {
      const rows = digits.flatMap((digit, row) => (chosen.includes(digit) ? [row] : []));
      const told = chosen.map((digit) => kinds.names[digit] ?? digit).join(", ");
      if (!rows.length || !chosen.every((digit) => digit in kinds.names)) throw new RangeError(`The page has no ${told}.`);
      return rows;
    },
    any(digit) {
      const rows = this.rowsOf([digit]);
      return rows[Math.floor(Math.random() * rows.length)];
    },
  };
}

/** Build an instrument in its element. */
function begin(element, options, data) {
  element.instrument = new INSTRUMENTS[element.dataset.instrument](element, options, data);
  element.classList.add("ready");
  return element.instrument;
}

function render({ model, el }) {
  const element = make("div", { className: "hopcore-live", "data-instrument": model.get("name") }, el);
  const grey = model.get("grey"), pixels = new Uint8Array(grey.buffer, grey.byteOffset, grey.byteLength);
  const data = imagesOf({ shape: model.get("shape"), digits: model.get("digit_of_image"), pixels, ...model.get("kinds") });
  const own = begin(element, model.get("options"), data);
  model.on("msg:custom", ({ do: deed, given }) => own.try(() => own[deed](given)));
  // Of a restart ipywidgets tells, of an end only the kernel's own connection; the instrument itself goes on.
  const kernel = model.widget_manager?.kernel;
  const gone = () => Object.assign(own, { reported: null, lasting: GONE }).tell("");
  model.on("comm_live_status_update", gone);
  kernel?.statusChanged?.connect((_, status) => { if (/restarting|terminating|dead/.test(status)) gone(); });
  kernel?.disposed?.connect(gone);
  if (!own.network) return () => own.end();
  const numbers = ({ buffer, byteOffset, byteLength }) => (
    new Float64Array(buffer.slice(byteOffset, byteOffset + byteLength)));
  const load = () => {
    const { memories, labels } = model.get("start");
    own.load({ memories: numbers(memories), labels: numbers(labels) });
  };
  let later = null;
  const tell = () => {
    later = null;
    const { epoch, memories, labels } = own.state(), [first, second] = [memories, labels]
      .map(({ buffer }) => new DataView(buffer));
    model.set({ epoch, current_memories: first, current_labels: second, told: own.told.textContent });
    for (const [name, key] of TRAITS) model.set(name, own.settings[key]);
    model.save_changes();
  };
  load();
  own.reported = () => { later ??= setTimeout(tell, TELL); };
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

function startAll() {
  const known = {}, still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const element of document.querySelectorAll("[data-instrument][data-images]:not(.ready)")) {
    const { images, options } = element.dataset;
    known[images] ??= imagesOf(JSON.parse(document.getElementById(images).textContent));
    const { autoplay, ...given } = JSON.parse(options), own = begin(element, given, known[images]);
    if (autoplay && !still) own.play();
  }
}

if (!document.getElementById("hopcore-live-style")) {
  make("style", { id: "hopcore-live-style", textContent: STYLE }, document.head);
}
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
else startAll();
