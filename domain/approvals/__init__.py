"""Who agrees to what (AP): a record goes through the steps of a chain, and its outcome takes effect at once.

An approval keeps the chain it started with and a digest of what is being approved. It knows its subject only as a
pointer: the subject's own module asks for the approval and reacts to its outcome.
"""
