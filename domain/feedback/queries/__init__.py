"""Who sees which feedback, and what commands and pages ask of it."""
