"""Mail that comes in: it becomes a request, or a word about one (RQ-1, RQ-10).

What arrives is stored as it came before its sender is told so, and then filed, held for somebody to look at, refused by
the handbook, or taken as the report on a letter of ours; nothing is lost.
"""
