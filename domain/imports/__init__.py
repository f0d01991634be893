"""Imports: rows of a file that somebody has sent become customers with their people, or requests, by the commands that
everybody uses. Each is tried first, with all that would come of it, and undone; then they are carried out row by row.
"""
