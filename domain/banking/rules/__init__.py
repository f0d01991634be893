"""Banks' files read (CSV, camt.053), lines known again, and lines matched with invoices."""
