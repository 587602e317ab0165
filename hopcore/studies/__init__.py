"""What the chapters measure: one module for each, named like it."""
