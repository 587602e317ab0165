// Plain controls with labels, for keyboard and touch too, and what may be set: see `BOOK.settings`.

/** An element with properties, attributes (names with a dash, and role) and a place. */
function make(tag, given = {}, parent = null) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "role" || name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  parent?.append(element);
  return element;
}

function button(parent, textContent, does, given = {}) {
  make("button", { type: "button", textContent, ...given }, parent).addEventListener("click", does);
  return parent.lastChild;
}

let numbered = 0;

/** A setting's slider and, for what it cannot reach, a field; `change(value)` may refuse. */
function slider(parent, name, value, change) {
  const { words, unit = "", reach: [min, max, step] } = BOOK.settings[name];
  const id = `hopcore-live-${++numbered}`, box = make("div", { className: "number" }, parent);
  make("label", { htmlFor: id, textContent: words, title: unit }, box);
  const slide = make("input", { id, type: "range", min, max, step, value, name }, box);
  const field = make("input", { type: "number", step: "any", value, name: `${name}-field` }, box);
  field.setAttribute("aria-label", `${words}, as a number`);
  slide.addEventListener("input", () => change(Number(slide.value)));
  field.addEventListener("change", () => change(field.value === "" ? NaN : Number(field.value)));
  return (now) => {
    const shown = Number(now.toPrecision(6));
    slide.value = shown;
    if (document.activeElement !== field || field.value === "" || Number(field.value) !== shown) field.value = shown;
  };
}

/** The digits as chips in their colours; several may be chosen, or (type "radio") one. */
function digitChips(parent, words, chosen, change, { names, colours, kind }, type = "checkbox") {
  const box = make("fieldset", { className: "chips" }, parent), name = `hopcore-live-${++numbered}`;
  make("legend", { textContent: words === "digits" ? kind : words }, box);
  const inputs = colours.map((colour, value) => {
    const label = make("label", {}, box), checked = chosen.includes(value);
    const input = make("input", { type, value, name, checked }, label);
    make("span", { textContent: names[value] }, label).style.setProperty("--digit", colour);
    input.addEventListener("change", () => change(range(inputs.length).filter((at) => inputs[at].checked)));
    return input;
  });
  return (now) => inputs.forEach((input, digit) => { input.checked = now.includes(digit); });
}

const ARROWS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], Enter: [0, 0], " ": [0, 0],
};

/** A canvas under the hand: `keys(right, up)`, both 0 for Enter; for events of the mouse `(x, y, event)`. */
function hand({ element }, { keys, ...mouse }) {
  const capture = ({ isTrusted, pointerId }) => isTrusted && element.setPointerCapture(pointerId);
  element.addEventListener("pointerdown", capture);
  for (const [name, does] of Object.entries(mouse)) {
    element.addEventListener(name, (event) => {
      if (name !== "pointermove" || event.buttons & 1) does(event.offsetX, event.offsetY, event);
    });
  }
  if (!keys) return;
  Object.assign(element, { tabIndex: 0 }).setAttribute("role", "application");
  element.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS)) return;
    event.preventDefault();
    keys(...ARROWS[event.key]);
  });
}

/** Refusals are sentences: "n = 1: must be a number above 1." */
function refuse(name, value, allowed) {
  return new RangeError(`${name} = ${Array.isArray(value) ? `[${value}]` : value}: must be ${allowed}.`);
}

function fits(name, value) {
  const { above, least = above, below, most = below, whole } = BOOK.settings[name];
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
  return !(value < least || value > most || value === above || value === below);
}

function check(name, value) {
  const { allowed, words, told = words || name } = BOOK.settings[name];
  const all = name === "digits" && Array.isArray(value) ? value : [];
  const once = all.length > 0 && new Set(all).size === all.length;
  const right = name === "digits" ? once && all.every((digit) => fits("digit", digit)) : fits(name, value);
  if (right) return value;
  throw refuse(told, value, allowed);
}

/** What is given, if all of it may be set here, where `own` names are known. */
function checkAll(given, own) {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in BOOK.settings && name in own)) throw new RangeError(`${name}: no such setting.`);
    check(name, value);
  }
  return given;
}

/** A table of numbers (rows × width), nested or flat, as a flat array. */
function table(name, value, width) {
  const rows = Array.from(value || []), nested = typeof rows[0] !== "number";
  const flat = Float64Array.from(nested ? rows.flatMap((row) => Array.from(row)) : rows);
  const even = nested ? rows.every((row) => row.length === width) : flat.length % width === 0;
  if (rows.length && even && flat.every(Number.isFinite)) return flat;
  throw new RangeError(`${name}: must be finite numbers, ${width} for each of at least one memory.`);
}
