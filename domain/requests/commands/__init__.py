"""Requests: taking them in, moving them on, talking about them, and keeping their time."""

from domain.requests.commands.confirmation import confirm_by_itself
from domain.requests.commands.conversation import comment
from domain.requests.commands.intake import submit
from domain.requests.commands.moves import assign, cancel, confirm, put_on_hold, reopen, resolve, resume, start
from domain.requests.commands.timing import keep_time, review_by_new_handbook, review_next

__all__ = [
    "assign",
    "cancel",
    "comment",
    "confirm",
    "confirm_by_itself",
    "keep_time",
    "put_on_hold",
    "reopen",
    "resolve",
    "resume",
    "review_by_new_handbook",
    "review_next",
    "start",
    "submit",
]
