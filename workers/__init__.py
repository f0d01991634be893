"""The yard: what happens afterwards, or at an hour, or outside."""
