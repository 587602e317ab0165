// Small things with numbers, and normal ones from a seed, the same in every browser.

const range = (count) => Array.from({ length: count }, (_, at) => at);
const within = (value, low, high) => Math.min(Math.max(value, low), high);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Normal numbers from a seed: mulberry32 and Box and Muller. */
function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return (mean, spread) => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return mean + spread * radius * Math.cos(2 * Math.PI * uniform());
  };
}

/** total += factor·addend, from `at` on; the addend begins at `start`. */
function add(total, factor, addend, at, size, start = at) {
  for (let i = 0; i < size; i++) total[at + i] += factor * addend[start + i];
}

function scaled(numbers, factor, at, size) {
  for (let i = at; i < at + size; i++) numbers[i] *= factor;
}

function largestOf(numbers, at, size) {
  let largest = 0;
  for (let i = at; i < at + size; i++) largest = Math.max(largest, Math.abs(numbers[i]));
  return largest;
}

function overlapOf(one, at, other, to, size) {
  let total = 0;
  for (let p = 0; p < size; p++) total += one[at + p] * other[to + p];
  return total;
}
