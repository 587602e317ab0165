// Small things with numbers, the same in every browser.

const range = (count) => Array.from({ length: count }, (_, at) => at);
const within = (value, low, high) => Math.min(Math.max(value, low), high);
const apart = (one, other) => one - other;
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Normal numbers from a seed: Lehmer's numbers, and Box and Muller. */
function normals(seed) {
  let state = 1 + seed % 65536 * 32749;
  const uniform = () => (state = state * 48271 % 2147483647) / 2147483647;
  uniform();
  const radius = () => Math.sqrt(-2 * Math.log(uniform()));
  return (mean, spread) => mean + spread * radius() * Math.cos(2 * Math.PI * uniform());
}

/** Of a vector and another, which begins at `at`. */
const dot = (one, other, at = 0) => one.reduce((total, value, p) => total + value * other[at + p], 0);

/** total += factor·addend, from `at` on; the addend begins at `start`. */
function add(total, factor, addend, at, size, start = at) {
  for (let i = 0; i < size; i++) total[at + i] += factor * addend[start + i];
}

/** total = keep·total + factor·addend, from `at` on; gives the largest |total|. */
function blend(total, keep, factor, addend, at, size) {
  let largest = 0;
  for (let i = at; i < at + size; i++) {
    total[i] = keep * total[i] + factor * addend[i];
    largest = Math.max(largest, Math.abs(total[i]));
  }
  return largest;
}

function largestOf(numbers, at, size) {
  let largest = 0;
  for (let i = at; i < at + size; i++) largest = Math.max(largest, Math.abs(numbers[i]));
  return largest;
}

/** x of A·x = b for several b, from the rows [A, b…] of a positive matrix; a last digit parts equal ones. */
function solved(rows) {
  const least = 1e-11 * Math.max(...rows.map((row, i) => row[i]));
  rows.forEach((row, i) => { row[i] += least; });
  rows.forEach((row, i) => {
    const pivot = Math.max(row[i], least);
    for (let j = i; j < row.length; j++) row[j] /= pivot;
    for (const other of rows) if (other !== row) add(other, -other[i], row, i, row.length - i);
  });
  return rows.map((row) => row.subarray(rows.length));
}
