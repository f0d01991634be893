"""Invoices, payments, and what follows when none arrives.

An invoice is what a customer owes on a day. Whether it is overdue is never stored, for it depends on the day one asks.
The dunning ladder is planned as a whole from the due date, so that no step is skipped or taken twice; disputes,
promises to pay and exemptions hold it, and payment stops it at once.
"""
