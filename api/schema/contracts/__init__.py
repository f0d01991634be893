"""Contracts as clients see them."""
