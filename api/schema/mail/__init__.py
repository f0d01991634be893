"""Mail that comes in, and the addresses at which it does."""
