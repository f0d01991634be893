"""Saved views: a list with a filter, an order and columns under a name, for oneself, a department or the company; and
the files that their rows are written into.

What a list can be filtered by is the door's matter; a view keeps what the door has found to be in order.
"""
