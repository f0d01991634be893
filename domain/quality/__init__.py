"""Quality: whether the company and its departments reach what the handbook promises, month by month.

A target is a clause: such a share of the records of a month has to be good enough. A result is a measured target: how
many records counted, how many of them were good enough, and which they were. When its month is over a result is frozen;
what is corrected later makes a new revision beside it. Quality knows requests; requests don't know quality.
"""
