"""Service requests: what a customer or a colleague asks for, from intake to confirmation.

A request has a priority, a person who answers for it, a state that changes by moves only, and clocks that measure its
response and its resolution in the working time of the tenant's calendar. Clocks are never stored as numbers that are
corrected: they are read from segments of history that are only ever appended, so a deadline, a pause or a breach can be
worked out again for any instant, under the clause that was in force or under a draft.
"""
