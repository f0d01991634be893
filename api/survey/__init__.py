"""The page behind a survey's link: for customers, without an account."""
