// What may be set: `BOOK.settings` has the numbers that are allowed, and what a slider reaches of them.

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
