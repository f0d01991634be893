"""Billing by GraphQL: invoices, payments, holds, and how invoices are dunned."""
