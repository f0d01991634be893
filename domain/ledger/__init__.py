"""The books: every fact about money as an entry of double-entry bookkeeping, in the same transaction as the fact.

Entries are only ever added, and PostgreSQL itself refuses one whose debits and credits differ. What customers owe by
the books is what is outstanding of their invoices. Days are closed, after which nothing is booked on them any more.
"""
