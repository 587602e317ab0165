// A page opened from a disk may not read other pages, so the search lists its results without an excerpt there.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
