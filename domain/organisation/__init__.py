"""The company's own shape (TN-8): departments as a tree with heads, posts, and staff with a superior.

A staff record shares its id with the member who signs in, so a person is one id wherever a record points at people.
"""
