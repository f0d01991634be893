"""Lists as sheets: the rows of a saved view as a file."""
