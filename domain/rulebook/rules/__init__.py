"""What a version says as a document; what a draft would have made of past cases, and how far a dry run has come."""
