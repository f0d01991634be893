"""Pure rules of billing: invoices and payments, the dunning ladder and what holds it up, its letters."""
