function (figure, data, add) {
  const image = figure.querySelector("img"), last = data.frames.length - 1, id = `${figure.id}-at`;
  const button = (name, text, more = {}) => add("button", { type: "button", name, text, ...more });
  const previous = button("previous", "‹", { "aria-label": "previous frame" });
  const next = button("next", "›", { "aria-label": "next frame" });
  const play = button("play", "play");
  add("label", { for: id, text: data.name });
  const range = add("input", { type: "range", id, min: 0, max: last, step: 1, value: data.start });
  const shown = add("output", { for: id, "aria-live": "off" });
  data.frames[data.start] = image.src; // it is in the page already
  let timer = null;

  function show(frame) {
    const at = Math.max(0, Math.min(last, frame));
    range.value = at;
    range.setAttribute("aria-valuetext", data.labels[at]);
    shown.textContent = data.labels[at];
    image.src = data.frames[at];
    image.alt = data.alts[at];
    if (at === last) stop();
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "play";
  }

  function move(steps) {
    stop();
    show(Number(range.value) + steps);
  }

  range.addEventListener("input", () => move(0));
  previous.addEventListener("click", () => move(-1));
  next.addEventListener("click", () => move(1));
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (Number(range.value) === last) show(0);
    play.textContent = "pause";
    timer = setInterval(() => show(Number(range.value) + 1), data.interval);
  });
  // Arrow keys belong to the slider here, not to the page or the notebook around it.
  const keys = figure.querySelector(".controls");
  keys.addEventListener("keydown", (event) => event.key.startsWith("Arrow") && event.stopPropagation());
  show(Number(range.value));
}
