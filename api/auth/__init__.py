"""How people and programs come in: sign-in, sign-out, OAuth 2.0 for partners, and from each request to its actor."""
