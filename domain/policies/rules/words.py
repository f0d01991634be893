"""What people call the words that values are made of."""

from collections.abc import Mapping
from enum import StrEnum

from domain.kernel.amounts import TaxRounding
from domain.kernel.calendars import DayKind, Weekday
from domain.kernel.subjects import SubjectKind
from domain.kernel.terms import CustomerTier, Impact, Priority, Urgency
from domain.policies.rules.chains import ApproverKind, Mode
from domain.policies.rules.dunning import AfterPartPayment, Channel, HoldKind, ServiceRestriction
from domain.policies.rules.values import Cadence
from tenancy.refusals import message

# Words of the kinds themselves stand beside them and are entered here by `worded`.
_WORDS: dict[type[StrEnum], Mapping[StrEnum, str]] = {}


def worded(words: Mapping[StrEnum, str]) -> None:
    """Enter what people call the words of one enumeration."""
    _WORDS[type(next(iter(words)))] = words


def word(member: StrEnum) -> str:
    """What people call a word, marked for translation; the word itself where nobody has said."""
    return _WORDS.get(type(member), {}).get(member) or member.value.replace("_", " ")


worded(
    {
        CustomerTier.STRATEGIC: message("strategic customers"),
        CustomerTier.KEY: message("key customers"),
        CustomerTier.STANDARD: message("standard customers"),
    }
)
worded({Impact.LOW: message("low"), Impact.MEDIUM: message("medium"), Impact.HIGH: message("high")})
worded({Urgency.LOW: message("low"), Urgency.MEDIUM: message("medium"), Urgency.HIGH: message("high")})
worded({priority: priority.value.upper() for priority in Priority})
worded({DayKind.CALENDAR: message("calendar days"), DayKind.WORKING: message("working days")})
worded(
    {
        Weekday.MONDAY: message("Monday"),
        Weekday.TUESDAY: message("Tuesday"),
        Weekday.WEDNESDAY: message("Wednesday"),
        Weekday.THURSDAY: message("Thursday"),
        Weekday.FRIDAY: message("Friday"),
        Weekday.SATURDAY: message("Saturday"),
        Weekday.SUNDAY: message("Sunday"),
    }
)
worded(
    {
        Cadence.DAILY: message("daily"),
        Cadence.WEEKLY: message("weekly"),
        Cadence.MONTHLY: message("monthly"),
        Cadence.QUARTERLY: message("quarterly"),
        Cadence.HALF_YEARLY: message("half-yearly"),
        Cadence.YEARLY: message("yearly"),
    }
)
worded(
    {
        SubjectKind.REQUEST: message("service requests"),
        SubjectKind.RESIGNATION: message("resignations"),
        SubjectKind.INVOICE: message("invoices"),
        SubjectKind.DUNNING: message("dunning steps"),
        SubjectKind.DUNNING_LETTER: message("dunning letters"),
        SubjectKind.PAYMENT: message("payments"),
        SubjectKind.APPROVAL: message("approvals"),
        SubjectKind.HANDBOOK_VERSION: message("versions of the handbook"),
        SubjectKind.QUOTATION: message("quotations"),
        SubjectKind.CONTRACT: message("contracts"),
        SubjectKind.EVALUATION: message("evaluations of inquiries"),
        SubjectKind.DEMAND: message("technology demands"),
        SubjectKind.SOLUTION: message("solutions"),
        SubjectKind.AMENDMENT: message("amendments of contracts"),
        SubjectKind.EXTRA_STAFF: message("help with requests"),
        SubjectKind.QUALITY_RESULT: message("quality results"),
        SubjectKind.ARCHIVE: message("archives"),
    }
)
worded(
    {
        TaxRounding.PER_LINE: message("line by line"),
        TaxRounding.PER_RATE: message("once for each tax rate"),
    }
)
worded(
    {
        ApproverKind.MEMBER: message("a named person"),
        ApproverKind.POST: message("the holders of the post"),
        ApproverKind.ROLE: message("the holders of the role"),
        ApproverKind.DEPARTMENT: message("the department"),
        ApproverKind.FACT: message("the person named by the fact"),
        ApproverKind.EXPERT_PANEL: message("the expert panel"),
        ApproverKind.DEPARTMENT_HEAD: message("the head of the department"),
        ApproverKind.SUPERIOR: message("the superior"),
        ApproverKind.CUSTOMER_OWNER: message("the customer's account owner"),
        ApproverKind.ADMINISTRATOR: message("the administrators of approvals"),
    }
)
worded(
    {
        Mode.ANY: message("any one decides"),
        Mode.ALL: message("all decide"),
        Mode.QUORUM: message("a quorum decides"),
        Mode.PER_GROUP: message("one of each decides"),
    }
)
worded(
    {
        Channel.EMAIL: message("by e-mail"),
        Channel.POST: message("by post"),
        Channel.TELEPHONE: message("by telephone"),
        Channel.HAND_OVER: message("by hand-over to collection"),
    }
)
worded(
    {
        ServiceRestriction.LOWEST_PRIORITY: message("have the lowest priority"),
        ServiceRestriction.NO_REQUESTS: message("are refused"),
    }
)
worded(
    {
        HoldKind.DISPUTE: message("dispute"),
        HoldKind.PROMISE_TO_PAY: message("promise to pay"),
        HoldKind.PAYMENT_IN_TRANSIT: message("payment in transit"),
        HoldKind.EXEMPTION: message("exemption"),
    }
)
worded(
    {
        AfterPartPayment.FROM_PAYMENT: message("the remaining steps are counted from the payment"),
        AfterPartPayment.FROM_DUE_DATE: message("the remaining steps keep their days"),
    }
)
