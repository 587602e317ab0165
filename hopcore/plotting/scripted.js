(function (name, start) {
  "use strict";
  const figure = document.getElementById(name);
  if (!figure || figure.dataset.ready) return;
  figure.dataset.ready = "yes";
  const data = figure.querySelector('script[type="application/json"]');
  const controls = document.createElement("p");
  controls.className = "controls";
  data.before(controls);
  const add = (tag, given, parent = controls) => {
    const element = document.createElement(tag);
    const { text, ...attributes } = given;
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    element.textContent = text ?? "";
    return parent.appendChild(element);
  };
  start(figure, JSON.parse(data.textContent), add);
})
