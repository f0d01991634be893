"""The companies served, and their people."""
