"""What comes before a contract: inquiries, and quotations in versions with discounts within limits and an answer.

One version of a quotation is live at a time. What is sent opens to whoever holds its link, and is answered once.
"""
