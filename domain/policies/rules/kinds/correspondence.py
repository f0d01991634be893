"""How the company deals with whoever writes from outside: mail that comes in (RQ-1), and the customers' own portal."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.policies.rules.clause_kind import ClauseKind
from domain.policies.rules.scopes import Dimension
from domain.policies.rules.sentences import Sentence, say
from domain.policies.rules.values import Wording
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
    refusal: Annotated[
        Wording | None, Field(description="What a refused sender is told; unless given, a sentence of Zhidu's.")
    ] = None

    def standard_text(self) -> tuple[Sentence, ...]:
        return (
            say(message("A mail from somebody nobody knows {what}."), what=self.unknown_senders),
            say(message("An answer to a request by somebody who has no part in it {what}."), what=self.outsiders),
            say(message("Of one sender, at most {most} mails are taken in an hour."), most=self.most_per_hour),
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
