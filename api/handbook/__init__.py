"""A version of the handbook as a document: as a page for browsers, and as a PDF."""
