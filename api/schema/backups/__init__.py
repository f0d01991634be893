"""The company's archives, and the drills that prove them."""
