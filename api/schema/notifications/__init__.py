"""What people are told, and where webhooks go."""
