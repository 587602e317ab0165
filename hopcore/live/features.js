// What the learning rule knows of the images: their pixels, mostly background, and their Gram matrix.

const BACKGROUND = -1;

/** Memories and images are filled to groups of four with blank ones, which have no effect. */
const whole = (number) => Math.ceil(number / 4) * 4;

/** Of `count` images (S·N, in [−1, 1]); `size` is S in all arrays over them. */
function featuresOf(images, count, pixels) {
  const size = whole(count), from = [0], image = [], above = [], rest = new Float64Array(size);
  for (let p = 0; p < pixels; p++) {
    for (let s = 0, at = p; s < count; s++, at += pixels) {
      if (images[at] === BACKGROUND) continue;
      image.push(s);
      above.push(images[at] - BACKGROUND);
      rest[s] += BACKGROUND * above.at(-1);
    }
    from.push(image.length);
  }
  const [starts, rows] = [from, image].map((numbers) => Int32Array.from(numbers));
  const sparse = { from: starts, image: rows, above: Float64Array.from(above), rest };
  const features = { count, size, pixels, ...sparse, gram: new Float64Array(size * size) };
  overlaps(features, images, count, features.gram);
  return features;
}

/** Overlaps of vectors (K·N) with the images, over N, to (K × S); background of either costs nothing. */
function overlaps({ count, size, pixels, from, image, above, rest }, vectors, many, all) {
  for (let k = 0; k < many; k++) {
    const own = rest.slice();
    let total = 0;
    for (let p = 0; p < pixels; p++) {
      const value = vectors[k * pixels + p] - BACKGROUND;
      total += value + BACKGROUND;
      if (value === 0) continue;
      for (let entry = from[p]; entry < from[p + 1]; entry++) own[image[entry]] += above[entry] * value;
    }
    for (let s = 0; s < count; s++) all[k * size + s] = (own[s] + BACKGROUND * total) / pixels;
  }
}

/** Two images of which only the overlaps are known; they are (1, 1) and (1, −1) to look at. */
function pairFeatures(aa, ab, bb) {
  const features = featuresOf(Float64Array.of(1, 1, 1, -1), 2, 2);
  features.gram.set([aa, ab], 0);
  features.gram.set([ab, bb], features.size);
  return features;
}
