// A page opened from a disk may not read other pages, so the search lists its results without an excerpt there.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// Entries of the sidebar that fold have an arrow and no words: screen readers get the name of the page above them.
document.addEventListener("DOMContentLoaded", () => {
  for (const arrow of document.querySelectorAll(".bd-sidebar-primary summary")) {
    const page = arrow.closest("li").querySelector("a");
    arrow.setAttribute("aria-label", `pages of: ${page.textContent.trim()}`);
  }
});

// One switch for all code of a page that is folded.
document.addEventListener("DOMContentLoaded", () => {
  const folds = document.querySelectorAll("details.above-input");
  const bar = document.querySelector(".article-header-buttons");
  if (!folds.length || !bar) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm hopcore-code";
  button.textContent = "Show all code";
  button.addEventListener("click", () => {
    const open = button.textContent.startsWith("Show");
    for (const fold of folds) fold.open = open;
    button.textContent = open ? "Hide all code" : "Show all code";
  });
  bar.prepend(button);
});

// Computed numbers have the minus of the text, and no line ends between a formula and the comma behind it.
document.addEventListener("DOMContentLoaded", () => {
  for (const number of document.querySelectorAll(".pasted-text")) {
    if (!number.children.length) number.textContent = number.textContent.replace(/^([\d.]+e)?-/, "$1−");
  }
  for (const formula of document.querySelectorAll("span.math")) {
    const [mark] = formula.nextSibling?.nodeValue?.match(/^[.,;:)]+/) ?? [];
    if (!mark) continue;
    formula.nextSibling.nodeValue = formula.nextSibling.nodeValue.slice(mark.length);
    const whole = document.createElement("span");
    whole.style.whiteSpace = "nowrap";
    formula.replaceWith(whole);
    whole.append(formula, mark);
  }
});

// Answers and folded sections are printed, code is not.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not(.above-input)")) fold.open = true;
});

// What a search finds: the chapters in which a word stands, before names of the library.
var Scorer = {
  score: ([page, , , , score]) => (page.includes("/api") ? score - 3 : score),
  objNameMatch: 4,
  objPartialMatch: 1,
  objPrio: {0: 0, 1: 0, 2: -5},
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
