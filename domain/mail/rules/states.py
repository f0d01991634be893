"""Where a mail that came in stands, and why it is held."""

from enum import StrEnum

from domain.kernel.lifecycle import Lifecycle
from tenancy.refusals import message


class MailState(StrEnum):
    """What has become of a mail."""

    RECEIVED = "received"
    FILED = "filed"
    QUARANTINED = "quarantined"
    REFUSED = "refused"
    # It told what became of a letter of ours.
    REPORTED = "reported"
    DISCARDED = "discarded"


class Move(StrEnum):
    """What can be done with a mail."""

    FILE = "file"
    HOLD = "hold"
    REFUSE = "refuse"
    REPORT = "report"
    DISCARD = "discard"


LIFECYCLE = Lifecycle(
    initial=MailState.RECEIVED,
    table={
        (MailState.RECEIVED, Move.FILE): MailState.FILED,
        (MailState.RECEIVED, Move.HOLD): MailState.QUARANTINED,
        (MailState.RECEIVED, Move.REFUSE): MailState.REFUSED,
        (MailState.RECEIVED, Move.REPORT): MailState.REPORTED,
        # What was held, or refused by the handbook, is filed all the same by whoever has looked at it.
        (MailState.QUARANTINED, Move.FILE): MailState.FILED,
        (MailState.QUARANTINED, Move.DISCARD): MailState.DISCARDED,
        (MailState.REFUSED, Move.FILE): MailState.FILED,
        (MailState.REFUSED, Move.DISCARD): MailState.DISCARDED,
    },
    states={
        MailState.RECEIVED: message("Received"),
        MailState.FILED: message("Filed"),
        MailState.QUARANTINED: message("Held back"),
        MailState.REFUSED: message("Refused"),
        MailState.REPORTED: message("Taken as a report"),
        MailState.DISCARDED: message("Discarded"),
    },
    moves={
        Move.FILE: message("File"),
        Move.HOLD: message("Hold back"),
        Move.REFUSE: message("Refuse"),
        Move.REPORT: message("Take as a report"),
        Move.DISCARD: message("Discard"),
    },
)


class MailReason(StrEnum):
    """Why a mail is held back or refused."""

    MALFORMED = "malformed"
    TOO_COMPLEX = "too_complex"
    NO_SENDER = "no_sender"
    AUTOMATIC = "automatic"
    LOOP = "loop"
    TOO_MANY = "too_many"
    UNMATCHED_REPORT = "unmatched_report"
    UNKNOWN_SENDER = "unknown_sender"
    NOT_ENTITLED = "not_entitled"
    SEVERAL_CUSTOMERS = "several_customers"
    NO_CUSTOMER = "no_customer"
    NOT_FILED = "not_filed"


class MailOrigin(StrEnum):
    """By which door a mail came in."""

    SMTP = "smtp"
    WEBHOOK = "webhook"
