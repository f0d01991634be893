"""What Zhidu costs, beside a bare handler with the same SQL and beside PostGraphile, in one run on one database."""
