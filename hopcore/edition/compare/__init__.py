"""Comparing finished notebooks with references, and with those of other circumstances."""
