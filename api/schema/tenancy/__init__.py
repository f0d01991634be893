"""The company itself: its clock, its journal, and the work that waits."""
