"""Files and attachments in GraphQL; their bytes go by HTTP (`api/http/files.py`)."""
