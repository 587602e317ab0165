// What of a memory the learning rule looks at: its overlaps with the images, and its largest pixel.
//
// Both follow from the weights W of the images in the memory: the overlaps are W·(X·Xᵀ)/N and the pixels W·X (the
// dual form, as in hopcore.training.features). Pixels that are equal in all images take equal steps, so one column of
// each kind is enough, and as images are mostly background, a column is kept as what differs from that.

const BACKGROUND = -1;

/** Images are filled to groups of eight and memories to groups of four with blank ones, which have no effect. */
const whole = (number, lanes) => Math.ceil(number / lanes) * lanes;

/** The features of `count` images (S·N, in [−1, 1]); `size` is the S of all arrays over images. */
function featuresOf(images, count, pixels, scale = pixels) {
  const columnOf = new Int32Array(pixels), alike = [], known = new Map(), normal = normals(0);
  const marks = Float64Array.from({ length: count }, () => normal(0, 1));
  const same = (one, other) => marks.every((_, s) => images[s * pixels + one] === images[s * pixels + other]);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let mark = 0;
    for (let s = 0; s < count; s++) mark += marks[s] * images[s * pixels + pixel];
    while (known.has(mark) && !same(alike[known.get(mark)][0], pixel)) mark += 1;
    if (!known.has(mark)) known.set(mark, alike.push([]) - 1);
    columnOf[pixel] = known.get(mark);
    alike[columnOf[pixel]].push(pixel);
  }
  const from = [0], image = [], above = [];
  for (const [pixel] of alike) {
    for (let s = 0; s < count; s++) {
      const difference = images[s * pixels + pixel] - BACKGROUND;
      if (difference === 0) continue;
      image.push(s);
      above.push(difference);
    }
    from.push(image.length);
  }
  const size = whole(count, 8), gram = new Float64Array(size * size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let p = 0; p < pixels; p++) sum += images[i * pixels + p] * images[j * pixels + p];
      gram[i * size + j] = gram[j * size + i] = sum / scale;
    }
  }
  return {
    count, size, pixels, images, columnOf, alike, gram, columns: alike.length,
    from: Int32Array.from(from), image: Int32Array.from(image), above: Float64Array.from(above),
    overlaps: (memories, row, into, at) => {
      for (let s = 0; s < count; s++) {
        let sum = 0;
        for (let p = 0; p < pixels; p++) sum += memories[row + p] * images[s * pixels + p];
        into[at + s] = sum / scale;
      }
    },
  };
}

/** Two images of which only the overlaps are known, and all four sign pairs of pixels occur (the reduced system). */
function pairFeatures(aa, ab, bb) {
  const features = featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2);
  [[0, aa], [1, ab], [features.size, ab], [features.size + 1, bb]].forEach(([at, value]) => { features.gram[at] = value; });
  features.overlaps = (memories, row, into, at) => {
    const a = (memories[row] + memories[row + 1]) / 2, b = (memories[row] - memories[row + 1]) / 2;
    into[at] = a * aa + b * ab;
    into[at + 1] = a * ab + b * bb;
  };
  return features;
}
