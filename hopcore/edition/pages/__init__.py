"""Building pages from finished notebooks."""
