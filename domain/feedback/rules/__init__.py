"""Pure rules of feedback: surveys and complaints."""
