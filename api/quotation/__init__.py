"""What is behind a quotation's link, for customers, without an account; and its paper, for whoever may see it."""
