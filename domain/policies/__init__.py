"""The rulebook itself (PO): a handbook of numbered clauses in versions, and what a clause says about a case.

A clause has a kind, which types its value, and a scope, which says whom it concerns. `rule` answers which clause
decides a case and why; `cite` keeps that with the case for ever. A version that is published never changes again.
"""
