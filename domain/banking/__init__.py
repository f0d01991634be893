"""The company's bank accounts: files of the bank are read, each line once, and what came in is booked as payments.

Lines are matched with open invoices by what the payer wrote, how much came and who it was; people confirm what is
suggested, and a clause says what may be booked by itself. A line that is undone takes its payment back.
"""
