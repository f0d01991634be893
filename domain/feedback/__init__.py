"""Feedback: what customers say of the work, and what is made of it.

A survey asks the contact of a closed request by a link that needs no account and works once. Its score is the request's
own, so there is one truth of who was satisfied, whether it was said at the confirmation or in a survey.

A complaint is dealt with by moves, against deadlines that run from its receipt. Feedback knows requests, and reckons by
the rules of their clocks; requests know nothing of feedback.
"""
