"""The address at which a customer's person says which letters they do without."""
