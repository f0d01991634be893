"""The papers of invoices and credit notes."""
