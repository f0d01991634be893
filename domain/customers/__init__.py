"""The companies served (TN-9): their importance, the language they are written to in, who looks after them, contacts.

A customer's importance decides which clauses apply to its requests and invoices; its account owner is one of the staff.
"""
