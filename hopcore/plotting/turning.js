function (figure, data, add) {
  const svg = figure.querySelector("svg");
  const all = (kind) => Array.from(svg.querySelectorAll(kind));
  const axes = all(".axis"), names = all("text"), guides = all(".guide"), trails = all(".trail"), ends = all("circle");
  const ridges = all(".ridge");
  const play = add("button", { type: "button", name: "play", text: "play" });
  const slider = (name, text, min, max, value) =>
    add("input", { type: "range", name, min, max, value }, add("label", { text: `${text} ` }));
  const turn = slider("turn", "turn", -180, 180, data.view[0]), tilt = slider("tilt", "tilt", -90, 90, data.view[1]);
  const end = data.epochs.length - 1, epoch = slider("epoch", data.progress, 0, end, end);
  const shown = add("output", { text: data.epochs[end] }, epoch.parentElement);

  // The same projection as Turning.project.
  function view() {
    const a = (turn.value * Math.PI) / 180, b = (tilt.value * Math.PI) / 180;
    const [sinA, cosA, sinB, cosB] = [Math.sin(a), Math.cos(a), Math.sin(b), Math.cos(b)];
    return (up, right, away) => {
      up -= data.centre[0];
      right -= data.centre[1];
      away -= data.centre[2];
      const depth = sinA * right + cosA * away;
      return [
        data.size[0] / 2 + data.scale * (cosA * right - sinA * away),
        data.size[1] / 2 - data.scale * (cosB * up - sinB * depth),
      ];
    };
  }

  const path = (places) => "M" + places.map((place) => place[0].toFixed(1) + " " + place[1].toFixed(1)).join("L");

  function draw() {
    const place = view();
    const origin = place(0, 0, 0);
    data.axes.forEach((axis, i) => {
      const end = place(...axis);
      axes[i].setAttribute("d", path([origin, end]));
      names[i].setAttribute("x", (origin[0] + 1.08 * (end[0] - origin[0])).toFixed(1));
      names[i].setAttribute("y", (origin[1] + 1.08 * (end[1] - origin[1])).toFixed(1));
    });
    data.labels.forEach((label, i) => {
      const [x, y] = place(...label);
      names[data.axes.length + i].setAttribute("x", x.toFixed(1));
      names[data.axes.length + i].setAttribute("y", y.toFixed(1));
    });
    // The nearest ridge is drawn last: the last of the data, or the first, seen from the other side.
    const behind = Math.cos((turn.value * Math.PI) / 180) * tilt.value < 0;
    const points = (flat) => {
      const places = [];
      for (let i = 0; i < flat.length; i += 3) places.push(place(...[0, 1, 2].map((k) => flat[i + k] / data.steps)));
      return places;
    };
    (behind ? data.ridges.slice().reverse() : data.ridges).forEach((ridge, i) => ridges[i].setAttribute("d", path(points(ridge))));
    data.guides.forEach((guide, i) => guides[i].setAttribute("d", path(guide.map((point) => place(...point)))));
    const last = Number(epoch.value);
    data.trails.forEach((trail, i) => {
      const places = points(trail.slice(0, 3 * last + 3));
      trails[i].setAttribute("d", path(places));
      ends[i].setAttribute("cx", places[last][0].toFixed(1));
      ends[i].setAttribute("cy", places[last][1].toFixed(1));
    });
    shown.textContent = data.epochs[last];
  }

  let asked = false;
  function redraw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  }

  function move(turned, tilted) {
    const angle = Number(turn.value) + turned;
    turn.value = ((((angle + 180) % 360) + 360) % 360) - 180;
    tilt.value = Number(tilt.value) + tilted;
    redraw();
  }

  [turn, tilt, epoch].forEach((each) => each.addEventListener("input", redraw));

  let timer = null;
  play.addEventListener("click", () => {
    const steps = timer ? 0 : 1;
    clearInterval(timer);
    timer = null;
    play.textContent = steps ? "pause" : "play";
    if (!steps) return;
    if (Number(epoch.value) === end) epoch.value = 0;
    timer = setInterval(() => {
      epoch.value = Number(epoch.value) + 1;
      redraw();
      if (Number(epoch.value) === end) play.click();
    }, 5000 / end);
  });

  const keys = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
  svg.addEventListener("keydown", (event) => {
    if (!(event.key in keys) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    move(...keys[event.key]);
  });

  let held = null;
  svg.addEventListener("pointerdown", (event) => {
    held = [event.clientX, event.clientY];
    svg.setPointerCapture(event.pointerId);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y] = [event.clientX - held[0], event.clientY - held[1]].map((moved) => Math.trunc(moved / 2));
    if (!x && !y) return;
    held = [held[0] + 2 * x, held[1] + 2 * y];
    move(x, y);
  });
  ["pointerup", "pointercancel"].forEach((kind) => svg.addEventListener(kind, () => (held = null)));
}
