"""The doors through which mail comes in: an SMTP or LMTP listener, and a webhook for mail providers."""
