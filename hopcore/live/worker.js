// The worker's side: a network that answers messages {id, type, …} with {id, frame} or {id, error}.

function serve(post) {
  let network = null;
  const deeds = {
    open({ images, digits, pixels, rule }) {
      network = new Network(featuresOf(images, digits.length, pixels), digits, rule);
    },
    load: ({ memories, labels }) => network.load(memories, labels),
    rule: ({ rule }) => { network.rule = rule; },
    run: ({ count, slice }) => network.run(count, performance.now() + slice),
    push: ({ spread, seed }) => network.push(spread, seed),
    seek: ({ epoch }) => network.seek(epoch),
  };
  return ({ id, type, ...given }) => {
    try {
      deeds[type](given);
      const frame = type === "open" || type === "rule" ? null : network.frame();
      post({ id, frame }, frame ? [frame.memories.buffer, frame.labels.buffer] : []);
    } catch (error) {
      post({ id, error: String(error.message || error) });
    }
  };
}
