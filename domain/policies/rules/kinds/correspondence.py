"""How the company deals with whoever writes from outside: mail that comes in (RQ-1), and the customers' own portal."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, ValidationInfo, model_validator

from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Wording, unfit
from domain.policies.rules.words import worded
from tenancy.refusals import message


class UnknownSenders(StrEnum):
    """What becomes of a mail from somebody who is no contact of any customer."""

    ACCEPT = "accept"
    HOLD = "hold"
    REFUSE = "refuse"


class Outsiders(StrEnum):
    """What becomes of an answer to a request by somebody who has no part in it."""

    HOLD = "hold"
    NEW_REQUEST = "new_request"


worded(
    {
        UnknownSenders.ACCEPT: message("becomes a request of the customer that the address names for them"),
        UnknownSenders.HOLD: message("is held until somebody has looked at it"),
        UnknownSenders.REFUSE: message("is refused, of which they are told once"),
    }
)
worded(
    {
        Outsiders.HOLD: message("is held until somebody has looked at it"),
        Outsiders.NEW_REQUEST: message("is taken for a new request"),
    }
)


class InboundMailRules(ClauseKind):
    """Whose mails become requests, and how many of one sender. Without this clause unknown senders' mails are held."""

    kind = "inbound_mail"
    label = message("Mail that comes in")
    dimensions = (Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "mail.file"

    unknown_senders: Annotated[
        UnknownSenders, Field(description="What becomes of a mail from somebody who is no contact of any customer.")
    ] = UnknownSenders.HOLD
    outsiders: Annotated[
        Outsiders, Field(description="What becomes of an answer to a request by somebody who has no part in it.")
    ] = Outsiders.HOLD
    most_per_hour: Annotated[
        int, Field(ge=1, le=1000, description="Mails of one sender in an hour; any more are held.")
    ] = 20
    answers_decide: Annotated[
        bool,
        Field(
            description=(
                "Whether an answer by mail decides: a mere OK of the request's contact agrees to a proposal or confirms"
                " what is resolved, and any other answer opens again what is resolved. Without it both are words only."
            )
        ),
    ] = True
    refusal: Annotated[
        Wording | None, Field(description="What a refused sender is told; unless given, a sentence of Zhidu's.")
    ] = None

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("A mail from somebody nobody knows {what}."), what=self.unknown_senders),
            say(message("An answer to a request by somebody who has no part in it {what}."), what=self.outsiders),
            say(message("Of one sender, at most {most} mails are taken in an hour."), most=self.most_per_hour),
            say(
                message(
                    "A mere OK by mail agrees to a solution or confirms it; another answer opens the request again."
                )
                if self.answers_decide
                else message("Answers by mail are words about the request and decide nothing.")
            ),
        )


class MailAcknowledgement(ClauseKind):
    """Whether somebody whose mail has become a request is told so at once, in their language; without it they are
    not."""

    kind = "mail_acknowledgement"
    label = message("Acknowledgement of mails")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "mail.file"

    send: Annotated[bool, Field(description="Whether an acknowledgement is sent.")] = True
    text: Annotated[
        Wording | None, Field(description="What it says above the number and the deadline; unless given, a standard.")
    ] = None

    def standard_text(self) -> tuple[Sentence, ...]:
        if not self.send:
            return (say(message("Mails that become requests are not acknowledged.")),)
        return (say(message("A mail that becomes a request is acknowledged at once, with its number.")),)


class Occasion(StrEnum):
    """Of what a customer's person is told about their request, by the name of the fact."""

    SUBMITTED = "requests.submitted"
    ASSIGNED = "requests.assigned"
    SOLUTION_PROPOSED = "requests.solution_proposed"
    HELD = "requests.held"
    RESOLVED = "requests.resolved"
    REOPENED = "requests.reopened"
    CLOSED = "requests.closed"
    CANCELLED = "requests.cancelled"


# What a company's own words may leave blank; instants are written as the reader's language writes them.
ALWAYS_KNOWN = ("contact", "company", "number", "title", "priority", "due_at")
KNOWN: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.SUBMITTED: ALWAYS_KNOWN,
    Occasion.ASSIGNED: ALWAYS_KNOWN,
    Occasion.SOLUTION_PROPOSED: (*ALWAYS_KNOWN, "solution"),
    Occasion.HELD: (*ALWAYS_KNOWN, "reason", "expected_at"),
    Occasion.RESOLVED: (*ALWAYS_KNOWN, "resolution", "closes_at"),
    Occasion.REOPENED: ALWAYS_KNOWN,
    Occasion.CLOSED: (*ALWAYS_KNOWN, "resolution", "reopens_until"),
    Occasion.CANCELLED: (*ALWAYS_KNOWN, "reason"),
}
_BLANK = re.compile(r"\{([^{}]*)\}")
worded(
    {
        Occasion.SUBMITTED: message("it has come in (not by mail)"),
        Occasion.ASSIGNED: message("somebody has taken it on"),
        Occasion.SOLUTION_PROPOSED: message("a solution is proposed"),
        Occasion.HELD: message("it waits for the customer"),
        Occasion.RESOLVED: message("it is resolved"),
        Occasion.REOPENED: message("it is open again"),
        Occasion.CLOSED: message("it is closed"),
        Occasion.CANCELLED: message("it is cancelled"),
    }
)


class MessageTemplate(ClauseKind):
    """Whether a customer's people are written to about their request on an occasion, and in which words (NT-1).

    Without a clause of this kind for an occasion Zhidu writes in words of its own where the company takes mail, except
    when somebody takes a request on and when it is open again. Of a mail that becomes a request the acknowledgement's
    clause decides. What is said among the staff is in no letter.
    """

    kind = "message_template"
    label = message("Letters about a request")
    dimensions = (Dimension.CUSTOMER_TIER, Dimension.SERVICE_LINE, Dimension.DEPARTMENT)
    consumed_by = "mail.write_about"
    reaches_open_cases = True

    event: Annotated[
        str,
        Field(
            pattern=r"^[a-z_]+\.[a-z_]+$",
            max_length=80,
            description=(
                "The occasion, by the name of its fact: requests.submitted, requests.assigned,"
                " requests.solution_proposed, requests.held (for the customer), requests.resolved, requests.reopened,"
                " requests.closed or requests.cancelled."
            ),
        ),
    ]
    send: Annotated[bool, Field(description="Whether a letter is sent on this occasion.")] = True
    subject: Annotated[
        Wording | None,
        Field(
            description="The letter's heading, with blanks as in the body; unless given, that of the request's thread."
        ),
    ] = None
    body: Annotated[
        Wording | None,
        Field(
            description=(
                "What the letter says above the request's number and title; unless given, Zhidu's own words. Blanks are"
                " filled in: {contact}, {company}, {number}, {title}, {priority} and {due_at}; of a proposal"
                " {solution}, of a hold {reason} and {expected_at}, of what is resolved {resolution} and {closes_at},"
                " of what is closed {resolution} and {reopens_until}, of what is cancelled {reason}."
            )
        ),
    ] = None

    @model_validator(mode="after")
    def _can_be_written(self, info: ValidationInfo) -> Self:
        # What was written before anything acted on it is still read.
        if info.mode != "json":
            return self
        if self.event not in tuple(Occasion):
            complaint = message("Customers' people are written to on these occasions: {occasions}.")
            raise unfit(complaint, "event", occasions=", ".join(Occasion))
        blanks = KNOWN[Occasion(self.event)]
        for name, wording in (("subject", self.subject), ("body", self.body)):
            for text in (wording.zh_Hans, wording.zh_Hant, wording.en) if wording is not None else ():
                strange = next((blank for blank in _BLANK.findall(text) if blank not in blanks), None)
                if strange is not None:
                    complaint = message("Nothing is known that could fill the blank “{blank}”. Possible are: {blanks}.")
                    raise unfit(complaint, name, blank=strange[:40], blanks=", ".join(blanks))
        return self

    @property
    def topic(self) -> str:
        return self.event

    def standard_text(self) -> tuple[Sentence, ...]:
        occasion = Occasion(self.event) if self.event in tuple(Occasion) else self.event
        if not self.send:
            text = message("Nothing is written to the customer's person on this occasion: {occasion}.")
            return (say(text, occasion=occasion),)
        if self.subject is None:
            return (
                say(message("The customer's person is written to on this occasion: {occasion}."), occasion=occasion),
            )
        text = message(
            "The customer's person is written to on this occasion: {occasion}. The letter is headed “{subject}”."
        )
        return (say(text, occasion=occasion, subject=self.subject),)


class PortalReach(StrEnum):
    """Whose requests a customer's person sees in the portal."""

    OWN = "own"
    COMPANY = "company"


worded(
    {
        PortalReach.OWN: message("what they have asked for themselves"),
        PortalReach.COMPANY: message("all that their company has asked for"),
    }
)


class CustomerPortal(ClauseKind):
    """What customers' people may see and do by themselves (TN-9). Without this clause nobody is invited.

    An access keeps what its clause said when the person was invited; whoever is invited again has what holds then.
    """

    kind = "customer_portal"
    label = message("Customers' portal")
    dimensions = (Dimension.CUSTOMER_TIER,)
    consumed_by = "customers.invite"

    reach: Annotated[PortalReach, Field(description="Whose requests a person sees and answers for.")] = PortalReach.OWN
    quotations: Annotated[bool, Field(description="Whether they see the quotations sent to their company.")] = False
    invoices: Annotated[bool, Field(description="Whether they see their company's invoices.")] = False
    surveys: Annotated[bool, Field(description="Whether they see the surveys that they were sent.")] = True
    invitation_days: Annotated[
        int, Field(ge=1, le=90, description="For how many days an invitation's link can be opened.")
    ] = 7
    access_days: Annotated[
        int, Field(ge=1, le=400, description="For how many days a person may come in once they have opened it.")
    ] = 90

    def standard_text(self) -> tuple[Sentence, ...]:
        told = [say(message("Customers' people see in the portal {what}."), what=self.reach)]
        if self.quotations:
            told.append(say(message("They see the quotations that were sent to their company.")))
        if self.invoices:
            told.append(say(message("They see their company's invoices.")))
        if self.surveys:
            told.append(say(message("They see the surveys that they were sent.")))
        told.append(
            say(
                message("An invitation holds for {invitation} days, and the access that it opens for {access}."),
                invitation=self.invitation_days,
                access=self.access_days,
            )
        )
        return tuple(told)


class Counterparty(StrEnum):
    """Whose letters are counted together."""

    CONTACT = "contact"
    CUSTOMER = "customer"


worded(
    {
        Counterparty.CONTACT: message("one address"),
        Counterparty.CUSTOMER: message("one customer, all its people together"),
    }
)


class ContactBudget(ClauseKind):
    """How many letters of Zhidu's own accord reach a customer's people: news of requests, surveys, dunning together.

    What is too much waits for the first day with room, and news of one request that waits anyway comes in one letter;
    nothing is dropped, and what is paid or withdrawn meanwhile does not leave. Invoices, quotations, copies,
    invitations, answers to what somebody wrote and what people write themselves are not counted and never wait.
    Without this clause nothing waits.
    """

    kind = "contact_budget"
    label = message("Contact budget")
    dimensions = (Dimension.CUSTOMER_TIER,)
    consumed_by = "customers.plan_letter"

    counted: Annotated[
        Counterparty, Field(description="Whether letters to one address are counted, or all to one customer.")
    ] = Counterparty.CONTACT
    most_per_day: Annotated[
        int | None, Field(ge=1, le=100, description="Letters on one calendar day; none is no limit.")
    ] = None
    most_per_week: Annotated[
        int | None, Field(ge=1, le=500, description="Letters on seven calendar days in a row; none is no limit.")
    ] = None

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.most_per_day is None and self.most_per_week is None:
            raise unfit(message("Say how many letters are possible a day, a week, or both."))
        return self

    def standard_text(self) -> tuple[Sentence, ...]:
        told = []
        if self.most_per_day is not None:
            text = message("At most {most} letters a day are written to {whom}; what is more waits.")
            told.append(say(text, most=self.most_per_day, whom=self.counted))
        if self.most_per_week is not None:
            text = message("At most {most} letters in seven days are written to {whom}; what is more waits.")
            told.append(say(text, most=self.most_per_week, whom=self.counted))
        return tuple(told)
