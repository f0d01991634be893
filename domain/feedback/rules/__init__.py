"""Pure rules of feedback: surveys."""
