"""Contracts (CT-1 to CT-4): what was agreed with a customer, from the draft by review and signature to its end.

What is approved is fixed by a fingerprint: what is changed afterwards is approved anew. Fees fall due by a schedule.
Supplementary agreements go the same way; what held on any day stays answerable.
"""
