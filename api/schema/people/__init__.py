"""People by GraphQL: resignations."""
