"""The people of a company who act in it."""
