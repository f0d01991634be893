"""Who may come in: members, roles, personal tokens, sessions, partners' clients."""
