// Where it begins: a worker serves its network, a page starts the instruments that it holds.

const INSTRUMENTS = () => ({ network: NetworkInstrument, three: ThreeInstrument, heat: HeatInstrument, nullclines: NullclinesInstrument, draw: DrawInstrument });

/** The images of the page (bytes of grey, once a page), as numbers in [−1, 1]. */
function imagesOf({ shape: [count, pixels], digits, pixels: grey }) {
  const text = typeof grey === "string" ? atob(grey) : null, images = new Float64Array(count * pixels);
  for (let at = 0; at < images.length; at++) images[at] = (2 * (text ? text.charCodeAt(at) : grey[at])) / 255 - 1;
  return { count, pixels, digits: [...digits], images };
}

/** Build an instrument in its element, and give programs what they may call. */
function begin(element, options, data) {
  const Kind = INSTRUMENTS()[element.dataset.instrument];
  if (!Kind || element.instrument) return null;
  const own = new Kind(element, options, data), api = {};
  for (const name of ["play", "pause", "step", "set", "load", "push", "fixedPoints", "folds", "end"]) {
    if (own[name]) api[name] = (...given) => own[name](...given);
  }
  if (own.snapshot) api.state = () => own.snapshot();
  for (const name of ["images", "digits", "epoch"]) Object.defineProperty(api, name, { get: () => own[name], enumerable: true });
  element.instrument = api;
  element.classList.add("ready");
  return own;
}

function startAll() {
  const known = new Map();
  for (const element of document.querySelectorAll("[data-instrument][data-images]")) {
    const { images, options } = element.dataset;
    if (!known.has(images)) known.set(images, imagesOf(JSON.parse(document.getElementById(images).textContent)));
    const own = begin(element, JSON.parse(options), known.get(images));
    if (own?.settings?.autoplay && !matchMedia("(prefers-reduced-motion: reduce)").matches) own.play();
  }
}

/** Called with the scope: a worker's has no document. */
function enter(scope) {
  if (!scope.document) {
    const answer = serve((message, moved) => scope.postMessage(message, moved));
    scope.onmessage = ({ data }) => answer(data);
    return null;
  }
  if (!document.getElementById("hopcore-live-style")) make("style", { id: "hopcore-live-style", textContent: STYLE }, document.head);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
  else startAll();
  return { render };
}
