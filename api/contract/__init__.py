"""The paper of a contract, for whoever may see it."""
