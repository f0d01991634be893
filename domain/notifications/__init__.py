"""Telling people and machines what happened (NT-1 to NT-3): in the product, by mail, and by webhook.

A notification keeps the marked text and its values, not a sentence: each reader sees it in their own language. Mails
are written in the reader's language when they are planned. Webhooks carry facts, in the words of the journal.
"""
