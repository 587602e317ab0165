(function (name, start) {
  "use strict";
  const figure = document.getElementById(name);
  if (!figure || figure.dataset.ready) return;
  figure.dataset.ready = "yes";
  start(figure, JSON.parse(figure.querySelector('script[type="application/json"]').textContent));
  figure.querySelector(".controls").hidden = false;
})
