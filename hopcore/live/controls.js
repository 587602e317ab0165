// Plain controls with labels: buttons, numbers with a slider, chips to choose from. Keyboard and touch come for free.

/** An element with properties, attributes (names with a dash, and role) and a place. */
function make(tag, given = {}, parent = null) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "role" || name === "for" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  parent?.append(element);
  return element;
}

function button(parent, words, does, { className = "", title = "" } = {}) {
  const element = make("button", { type: "button", textContent: words, className, title }, parent);
  element.addEventListener("click", does);
  return element;
}

let numbered = 0;

/** A slider and, for what it cannot reach, a field; `change(value)` may throw a refusal, which `told` shows. */
function number(parent, { name, words, unit = "", min, max, step, value, change }) {
  const id = `hopcore-live-${++numbered}`, box = make("div", { className: "number" }, parent);
  make("label", { htmlFor: id, textContent: words, title: unit }, box);
  const slider = make("input", { id, type: "range", min, max, step, value, name }, box);
  const field = make("input", { type: "number", step: "any", value, name: `${name}-field`, "aria-label": `${words}, as a number` }, box);
  slider.addEventListener("input", () => {
    field.value = slider.value;
    change(Number(slider.value));
  });
  field.addEventListener("change", () => change(field.value === "" ? NaN : Number(field.value)));
  return {
    box,
    show(shown) {
      slider.value = shown;
      if (document.activeElement !== field || Number(field.value) !== shown) field.value = shown;
    },
  };
}

/** The ten digits as chips in their colours; several may be chosen, or (kind "radio") one. */
function digitChips(parent, words, chosen, change, kind = "checkbox") {
  const box = make("fieldset", { className: "chips" }, parent), group = `hopcore-live-${++numbered}`;
  make("legend", { textContent: words }, box);
  const inputs = BOOK.digits.map((colour, digit) => {
    const label = make("label", {}, box), input = make("input", { type: kind, value: digit, name: group, checked: chosen.includes(digit) }, label);
    const chip = make("span", { textContent: digit }, label);
    chip.style.setProperty("--digit", colour);
    input.addEventListener("change", () => change(inputs.filter((each) => each.checked).map((each) => Number(each.value))));
    return input;
  });
  return { box, show: (now) => inputs.forEach((input, digit) => { input.checked = now.includes(digit); }) };
}

/** Refusals are sentences: "n = 1: must be a number above 1." */
function refuse(name, value, allowed) {
  return new RangeError(`${name} = ${Array.isArray(value) ? `[${value}]` : value}: must be ${allowed}.`);
}

function checked(name, value, allowed, fits) {
  if (typeof value !== "number" || !Number.isFinite(value) || !fits(value)) throw refuse(name, value, allowed);
  return value;
}

const CHECKS = {
  n: (value) => checked("n", value, "a number above 1", (x) => x > 1),
  rescaledTemperature: (value) => checked("T_r", value, "a number above 0", (x) => x > 0),
  temperature: (value) => checked("T", value, "a number above 0", (x) => x > 0),
  rate: (value) => checked("rate", value, "a number above 0 and at most 1", (x) => x > 0 && x <= 1),
  momentum: (value) => checked("momentum", value, "a number from 0 up to, not including, 1", (x) => x >= 0 && x < 1),
  seed: (value) => checked("seed", value, "a whole number from 0", (x) => x >= 0 && Number.isInteger(x)),
  memories: (value) => checked("memories", value, "a whole number from 1 to 400", (x) => Number.isInteger(x) && x >= 1 && x <= 400),
  copies: (value) => checked("copies", value, "a whole number from 1", (x) => Number.isInteger(x) && x >= 1),
  digits(value) {
    const fits = Array.isArray(value) && value.length > 0 && value.every((x) => Number.isInteger(x) && x >= 0 && x < CATEGORIES);
    if (!fits || new Set(value).size < value.length) throw refuse("digits", value, "at least one digit from 0 to 9, and none twice");
    return [...value].sort((a, b) => a - b);
  },
};

/** A table of numbers (rows × width), nested or flat, as a flat array. */
function table(name, value, width) {
  const rows = Array.from(value || [], (row) => (typeof row === "number" ? row : Array.from(row)));
  const even = rows.length > 0 && (typeof rows[0] === "number" ? rows.length % width === 0 : rows.every((row) => row.length === width));
  const flat = Float64Array.from(rows.flat());
  if (!even || !flat.every(Number.isFinite)) throw new RangeError(`${name}: must be finite numbers, ${width} for each of at least one memory.`);
  return flat;
}
