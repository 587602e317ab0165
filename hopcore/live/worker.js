// The worker's side: a network that answers messages {id, type, rule, …} with {id, frame} or {id, error}.

function serve(post) {
  let network = null;
  return ({ id, type, rule, slice, ...given }) => {
    try {
      if (type === "open") network = new Network(given, rule);
      network.rule = rule;
      if (type === "run") network.run(given.count, performance.now() + slice);
      else if (type !== "open") network[type](given);
      const frame = network.frame();
      post({ id, frame }, [frame.memories.buffer, frame.labels.buffer]);
    } catch (error) {
      post({ id, error: String(error.message || error) });
    }
  };
}
