"""Backups: a company's archives, when they are made, kept and dropped, and the proof that they restore.

Each company has its own schedule and its own key. An archive is written from one consistent view of the company's
rows, in the form of `tenancy.archives`, verified, and kept in `tenancy.storage`; a drill restores it into a scratch
company, compares the digests of all rows, and reports. A restore sends nothing: outbox and timers wait until somebody
has looked.
"""
