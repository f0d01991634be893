"""The words that clauses and cases share: languages, tiers of customers, impact, urgency, priority, activities."""

from enum import StrEnum

from tenancy.language import Language


class CustomerTier(StrEnum):
    """How important a customer is to the company (TN-9), the most important first."""

    STRATEGIC = "strategic"
    KEY = "key"
    STANDARD = "standard"


class Impact(StrEnum):
    """How much of the customer's work stands still."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Urgency(StrEnum):
    """How soon it hurts."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Priority(StrEnum):
    """What is done first; P1 before all."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class Complexity(StrEnum):
    """Whether a case takes the usual course, or needs more thought and more people."""

    ROUTINE = "routine"
    COMPLEX = "complex"


class ClockKind(StrEnum):
    """What a clock of a request measures."""

    # From the intake to the first response, to the first proposal of a solution, to the resolution.
    RESPONSE = "response"
    PROPOSAL = "proposal"
    RESOLUTION = "resolution"
    # From one word to the requester to the next, over and over.
    UPDATE = "update"
    # From the assignment to the resolution, as agreed inside the company; the requester is not shown it.
    INTERNAL = "internal"


class Activity(StrEnum):
    """What working time is spent on."""

    SUPPORT = "support"
    ON_SITE = "on_site"
    TRAVEL = "travel"
    ANALYSIS = "analysis"
    DEVELOPMENT = "development"
    DOCUMENTATION = "documentation"
    MEETING = "meeting"
    OTHER = "other"


__all__ = ["Activity", "ClockKind", "Complexity", "CustomerTier", "Impact", "Language", "Priority", "Urgency"]
