"""What the company offers (SC-1 to SC-3): service lines as its own tree, offerings as their leaves, and request forms.

A clause that is limited to a line holds for all that stands below it. An offering says who is responsible, by which
class of service and at what price it is served, by which standards, and what is asked of whoever requests it. Forms are
never changed: another form takes the place of the former, which the requests that answered it keep.
"""
