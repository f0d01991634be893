"""What is served beside GraphQL: health, metrics, the schema as a file."""
