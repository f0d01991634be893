"""The rulebook: versions, clauses, and what was decided by them."""
