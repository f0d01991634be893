"""Pure rules of incoming mail: what a letter says, which of it is new, and what becomes of it."""

from domain.mail.rules.bodies import parted, text_of_html
from domain.mail.rules.consent import Answer, answer_of
from domain.mail.rules.letters import Letter, Part, Report, identity_of, read
from domain.mail.rules.states import LIFECYCLE, MailOrigin, MailReason, MailState, Move
from domain.mail.rules.texts import clean_local_part, subject_of_reply, title_of, within

__all__ = [
    "LIFECYCLE",
    "Answer",
    "Letter",
    "MailOrigin",
    "MailReason",
    "MailState",
    "Move",
    "Part",
    "Report",
    "answer_of",
    "clean_local_part",
    "identity_of",
    "parted",
    "read",
    "subject_of_reply",
    "text_of_html",
    "title_of",
    "within",
]
