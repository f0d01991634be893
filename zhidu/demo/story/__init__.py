"""The story that two companies make side by side: read from the API by a partner, told in the reader's language."""
