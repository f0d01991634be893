"""Feedback in GraphQL."""
