function (figure, data) {
  const image = figure.querySelector("img"), range = figure.querySelector("input");
  const shown = figure.querySelector("output");
  const button = (which) => figure.querySelector(`button[name="${which}"]`);
  const play = button("play"), last = data.frames.length - 1;
  data.frames[Number(range.value)] = image.src;
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
  button("previous").addEventListener("click", () => move(-1));
  button("next").addEventListener("click", () => move(1));
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
