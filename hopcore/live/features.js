// What the learning rule knows of the images: their pixels, mostly background, and their Gram matrix.

const BACKGROUND = -1;

/** Memories are filled to groups of eight with blank ones, which have no effect. */
const whole = (number) => Math.ceil(number / 8) * 8;

/** Of `count` images (S·N, in [−1, 1]) what differs from the background, pixel by pixel; and all of the Gram. */
function featuresOf(images, size, pixels) {
  const value = (p, s) => images[s * pixels + p], ink = columnsOf(pixels, size, value, BACKGROUND);
  const gram = new Float64Array(size * size);
  overlaps({ size, pixels, ink }, images, size, gram);
  return { size, pixels, ink, dense: gram, gram: columnsOf(size, size, (i, j) => gram[i * size + j], 0) };
}

/** The columns of a matrix, value(column, row), without the entries that are background. */
function columnsOf(width, height, value, background) {
  const from = [0], row = [], above = [], rest = new Float64Array(height);
  for (let column = 0; column < width; column++) {
    for (let s = 0; s < height; s++) {
      const more = value(column, s) - background;
      if (more === 0) continue;
      row.push(s);
      above.push(more);
      rest[s] += background * more;
    }
    from.push(row.length);
  }
  const [starts, rows] = [from, row].map((numbers) => Int32Array.from(numbers));
  return { width, background, from: starts, row: rows, above: Float64Array.from(above), rest };
}

/** Overlaps of vectors (K·N) with the images, over N, to (K × S); background of either costs nothing. */
function overlaps({ size, pixels, ink: { from, row, above, rest } }, vectors, many, all) {
  for (let k = 0; k < many; k++) {
    const own = rest.slice();
    let total = 0;
    for (let p = 0; p < pixels; p++) {
      const value = vectors[k * pixels + p] - BACKGROUND;
      total += value + BACKGROUND;
      if (value === 0) continue;
      for (let entry = from[p]; entry < from[p + 1]; entry++) own[row[entry]] += above[entry] * value;
    }
    for (let s = 0; s < size; s++) all[k * size + s] = (own[s] + BACKGROUND * total) / pixels;
  }
}

/** Two images of which only the overlaps are known; they are (1, 1) and (1, −1) to look at. */
function pairFeatures(aa, ab, bb) {
  const gram = columnsOf(2, 2, (i, j) => [aa, ab, bb][i + j], 0);
  return { ...featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2), gram };
}
