"""The house: what the product knows. No framework, no network."""
