"""Paper: documents set as PDFs by typst, for the door, which hands them out, and for the yard, which sends them."""
