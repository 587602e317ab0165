// A page opened from a disk may not read other pages, so the search lists its results without an excerpt there.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

// Entries of the sidebar that fold have an arrow and no words: screen readers get the name of the page above them.
document.addEventListener("DOMContentLoaded", () => {
  for (const arrow of document.querySelectorAll(".bd-sidebar-primary summary")) {
    const page = arrow.closest("li").querySelector("a");
    arrow.setAttribute("aria-label", `pages of: ${page.textContent.trim()}`);
  }
});
