"""The door: GraphQL and HTTP. It translates and decides nothing."""
