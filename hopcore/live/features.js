// What of a memory the learning rule looks at: its overlaps with the images, and its distinct pixels.
//
// Both are linear in the weights W of the images in a step: W·(X·Xᵀ)/N and W·X (the dual form, as in
// hopcore.training.features). Pixels that are equal in all images take equal steps, so one of each kind is
// enough, or two where a memory's own may differ: its largest and its smallest.

const BACKGROUND = -1;

/** Memories and images are filled to groups of four with blank ones, which have no effect. */
const whole = (number) => Math.ceil(number / 4) * 4;

/** The features of `count` images (S·N, in [−1, 1]); `size` is S and `columns` P of all arrays over them. */
function featuresOf(images, count, pixels) {
  const size = whole(count), known = {}, column = (at) => range(count).map((s) => images[s * pixels + at]);
  for (const pixel of range(pixels)) (known[column(pixel)] ??= []).push(pixel);
  const groups = Object.values(known), several = groups.filter((group) => group.length > 1);
  const columns = size + groups.length + several.length, groupOf = new Int32Array(pixels);
  groups.forEach((group, at) => { for (const pixel of group) groupOf[pixel] = at; });

  // Images are mostly background: of a column is kept what differs from that.
  const from = [0], image = [], above = [];
  for (const [pixel] of [...groups, ...several]) {
    column(pixel).forEach((value, s) => {
      if (value === BACKGROUND) return;
      image.push(s);
      above.push(value - BACKGROUND);
    });
    from.push(image.length);
  }

  const overlap = (one, i, s) => overlapOf(one, i * pixels, images, s * pixels, pixels) / pixels;
  const gram = new Float64Array(size * size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) gram[i * size + j] = gram[j * size + i] = overlap(images, i, j);
  }

  /** The features of memory k (of K·N numbers) in its row of `values`. */
  function read(memories, k, values) {
    const own = (group) => group.map((pixel) => memories[k * pixels + pixel]);
    values.set(range(count).map((s) => overlap(memories, k, s)), k * columns);
    values.set(groups.map((group) => Math.max(...own(group))), k * columns + size);
    values.set(several.map((group) => Math.min(...own(group))), k * columns + size + groups.length);
  }

  const [starts, rows] = [from, image].map((numbers) => Int32Array.from(numbers));
  const sparse = { from: starts, image: rows, above: Float64Array.from(above) };
  return { count, size, columns, pixels, groupOf, gram, read, sparse };
}

/** Two images of which only the overlaps are known, and all four sign pairs of pixels occur. */
function pairFeatures(aa, ab, bb) {
  const features = featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2);
  features.gram.set([aa, ab], 0);
  features.gram.set([ab, bb], features.size);
  return features;
}
