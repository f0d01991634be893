"""Mail that comes in: its addresses, keeping it, filing it, answering it, and what people do with what was held."""

from domain.mail.commands.addresses import Intake, add_address, change_address, rotate_secret
from domain.mail.commands.answering import write_on
from domain.mail.commands.filing import file
from domain.mail.commands.receiving import Envelope, receive
from domain.mail.commands.releasing import detach, discard, release
from domain.mail.commands.telling import write_about

__all__ = [
    "Envelope",
    "Intake",
    "add_address",
    "change_address",
    "detach",
    "discard",
    "file",
    "receive",
    "release",
    "rotate_secret",
    "write_about",
    "write_on",
]
