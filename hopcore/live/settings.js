// What may be set: the values that are allowed, and what a slider reaches of them: [from, to, step].

const POSITIVE = { allowed: "a number above 0", fits: (x) => x > 0 };
const counted = (least, most = Infinity) => ({
  allowed: `a whole number from ${least}${most < Infinity ? ` to ${most}` : ""}`,
  fits: (x) => Number.isInteger(x) && x >= least && x <= most,
});

const SETTINGS = {
  n: { allowed: "a number above 1", fits: (x) => x > 1, words: "n", unit: "power", reach: [1.5, 60, 0.5] },
  rescaledTemperature: {
    ...POSITIVE, words: "T\u1d63", told: "T_r", unit: "temperature over pixels", reach: [0.3, 2, 0.01],
  },
  temperature: { ...POSITIVE, words: "T", unit: "temperature in units of overlaps", reach: [300, 1000, 1] },
  rate: {
    words: "rate", unit: "the largest change of a pixel in an epoch", reach: [0.001, 0.05, 0.001],
    allowed: "a number above 0 and at most 1", fits: (x) => x > 0 && x <= 1,
  },
  momentum: {
    words: "momentum", reach: [0, 0.95, 0.05],
    allowed: "a number from 0 up to, not including, 1", fits: (x) => x >= 0 && x < 1,
  },
  memories: { ...counted(1, 400), words: "memories", reach: [4, 196, 1] },
  seed: { ...counted(0), words: "seed", reach: [0, 20, 1] },
  copies: counted(1),
  aa: { ...POSITIVE, words: "A·A", unit: "overlap of A with itself", reach: [300, 784, 1] },
  ab: { words: "A·B", unit: "overlap of A and B", reach: [0, 784, 1], allowed: "a number", fits: () => true },
  bb: { ...POSITIVE, words: "B·B", unit: "overlap of B with itself", reach: [300, 784, 1] },
  digits: {
    allowed: "at least one digit from 0 to 9, and none twice",
    fits: (x) => x.length > 0 && new Set(x).size === x.length && x.every(counted(0, CATEGORIES - 1).fits),
  },
};

/** Refusals are sentences: "n = 1: must be a number above 1." */
function refuse(name, value, allowed) {
  return new RangeError(`${name} = ${Array.isArray(value) ? `[${value}]` : value}: must be ${allowed}.`);
}

function check(name, value) {
  const { allowed, fits, words, told = words || name } = SETTINGS[name];
  const kind = name === "digits" ? Array.isArray(value) : Number.isFinite(value);
  if (!kind || !fits(value)) throw refuse(told, value, allowed);
  return value;
}

/** What is given, if all of it may be set here, where `own` names are known. */
function checkAll(given, own) {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in SETTINGS && name in own)) throw new RangeError(`${name}: no such setting.`);
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
