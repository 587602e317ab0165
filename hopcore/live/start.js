// Where it begins: a worker serves its network, a page starts the instruments that it holds.

const INSTRUMENTS = () => ({
  network: NetworkInstrument, three: ThreeInstrument, heat: HeatInstrument, nullclines: NullclinesInstrument,
  draw: DrawInstrument,
});
const METHODS = ["play", "pause", "step", "set", "load", "push", "fixedPoints", "folds", "end"];

/** The images of the page (bytes of grey, once a page), as numbers in [−1, 1]. */
function imagesOf({ shape: [, pixels], digits, pixels: grey }) {
  const bytes = typeof grey === "string" ? Array.from(atob(grey), (byte) => byte.charCodeAt(0)) : grey;
  const images = Float64Array.from(bytes, (value) => 2 * value / 255 - 1);
  return {
    pixels, digits,
    image: (row) => images.subarray(row * pixels, (row + 1) * pixels),
    rowsOf(chosen) {
      const rows = digits.flatMap((digit, row) => (chosen.includes(digit) ? [row] : []));
      if (!rows.length) throw new RangeError(`The page has no ${chosen.join(", ")}.`);
      return rows;
    },
  };
}

/** Build an instrument in its element, and give programs what they may call. */
function begin(element, options, data) {
  const Kind = INSTRUMENTS()[element.dataset.instrument];
  if (!Kind || element.instrument) return null;
  const own = new Kind(element, options, data), api = {};
  for (const name of METHODS) if (own[name]) api[name] = (...given) => own[name](...given);
  if (own.snapshot) api.state = () => own.snapshot();
  for (const name of ["images", "digits", "epoch"]) {
    Object.defineProperty(api, name, { get: () => own[name], enumerable: true });
  }
  element.instrument = api;
  element.classList.add("ready");
  return own;
}

function startAll() {
  const known = {};
  for (const element of document.querySelectorAll("[data-instrument][data-images]")) {
    const { images, options } = element.dataset;
    known[images] ??= imagesOf(JSON.parse(document.getElementById(images).textContent));
    const own = begin(element, JSON.parse(options), known[images]);
    if (own?.settings.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) own.play();
  }
}

/** Called with the scope: a worker's has no document. */
function enter(scope) {
  if (!scope.document) {
    const answer = serve((message, moved) => scope.postMessage(message, moved));
    scope.onmessage = ({ data }) => answer(data);
    return null;
  }
  const id = "hopcore-live-style";
  if (!document.getElementById(id)) make("style", { id, textContent: STYLE }, document.head);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
  return { render };
}
