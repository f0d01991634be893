"""Files: what people upload, stored once in a company, and where it is attached.

Bytes are the ground's (`tenancy.blobs`); a file is a name for them, an attachment its place at some record. Who sees a
file is asked of the records that it is attached to: `domain/attachments.py` is the table of those.
"""
