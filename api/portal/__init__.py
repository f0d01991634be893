"""What is behind an invitation's link: the way of a customer's person into the portal."""
