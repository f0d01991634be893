"""Pure rules of feedback: surveys, complaints and return visits."""
