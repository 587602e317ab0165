// What of a memory the learning rule looks at: its overlaps with the images, and its distinct pixels.
//
// Both are linear in the weights W of the images in a step: W·(X·Xᵀ)/N and W·X (the dual form, as in
// hopcore.training.features). Pixels that are equal in all images take equal steps, so one of each kind is enough, or
// two where a memory's own may differ: its largest and its smallest.

const BACKGROUND = -1;

/** Memories and images are filled to groups of four with blank ones, which have no effect. */
const whole = (number) => Math.ceil(number / 4) * 4;

/** The features of `count` images (S·N, in [−1, 1]); `size` is the S, and `columns` the P, of all arrays over them. */
function featuresOf(images, count, pixels, scale = pixels) {
  const size = whole(count), known = new Map(), groupOf = new Int32Array(pixels), groups = [];
  for (let pixel = 0; pixel < pixels; pixel++) {
    let key = "";
    for (let s = 0; s < count; s++) key += `${images[s * pixels + pixel]},`;
    if (!known.has(key)) known.set(key, groups.push([]) - 1);
    groupOf[pixel] = known.get(key);
    groups[groupOf[pixel]].push(pixel);
  }
  const several = groups.filter((group) => group.length > 1), columns = size + groups.length + several.length;

  // Images are mostly background: of a column is kept what differs from that.
  const from = [0], image = [], above = [];
  for (const [pixel] of [...groups, ...several]) {
    for (let s = 0; s < count; s++) {
      const difference = images[s * pixels + pixel] - BACKGROUND;
      if (difference === 0) continue;
      image.push(s);
      above.push(difference);
    }
    from.push(image.length);
  }

  const overlap = (one, at, other, to) => {
    let sum = 0;
    for (let p = 0; p < pixels; p++) sum += one[at + p] * other[to + p];
    return sum / scale;
  };
  const gram = new Float64Array(size * size);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      gram[i * size + j] = gram[j * size + i] = overlap(images, i * pixels, images, j * pixels);
    }
  }

  /** The features of memory k (of K·N numbers) in its row of `values`. */
  function read(memories, k, values) {
    let at = k * columns;
    for (let s = 0; s < count; s++) values[at + s] = overlap(memories, k * pixels, images, s * pixels);
    at += size;
    const own = (group) => group.map((pixel) => memories[k * pixels + pixel]);
    for (const group of groups) values[at++] = Math.max(...own(group));
    for (const group of several) values[at++] = Math.min(...own(group));
  }

  return {
    count, size, columns, pixels, groupOf, gram, read,
    sparse: { from: Int32Array.from(from), image: Int32Array.from(image), above: Float64Array.from(above) },
  };
}

/** Two images of which only the overlaps are known, and all four sign pairs of pixels occur (the reduced system). */
function pairFeatures(aa, ab, bb) {
  const features = featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2);
  [aa, ab, ab, bb].forEach((value, at) => { features.gram[(at >> 1) * features.size + (at & 1)] = value; });
  return features;
}
