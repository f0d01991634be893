"""What a draft would have made of cases that are past, and how far a dry run has come."""
