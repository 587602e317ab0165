// Where it begins: a page starts the instruments that it holds.

const INSTRUMENTS = {
  network: NetworkInstrument, three: ThreeInstrument, heat: HeatInstrument, nullclines: NullclinesInstrument,
  draw: DrawInstrument,
};

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

/** Build an instrument in its element. */
function begin(element, options, data) {
  element.instrument = new INSTRUMENTS[element.dataset.instrument](element, options, data);
  element.classList.add("ready");
  return element.instrument;
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

const STYLE_ID = "hopcore-live-style";
if (!document.getElementById(STYLE_ID)) make("style", { id: STYLE_ID, textContent: STYLE }, document.head);
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", startAll);
else startAll();
