"""The paper of a visit on site, for whoever may see the visit."""
