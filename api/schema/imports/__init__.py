"""Imports in GraphQL; the file itself comes in by `POST /files`."""
