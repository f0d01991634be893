"""Finding requests, messages, customers and contacts by words in Chinese and English.

PostgreSQL keeps an entry for each record whose text can be found, by triggers of its own, so that no module and no
restored archive has to think of it. What is found is shown as its own module shows it, and to nobody else.
"""
