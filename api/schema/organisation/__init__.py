"""The company's shape: departments, posts, staff."""
