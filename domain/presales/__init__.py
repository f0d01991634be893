"""What comes before a contract: quotations in versions, with lines, discounts within limits, and the customer's answer.

One version of a quotation is live at a time. What is sent opens to whoever holds its link, and is answered once.
"""
