"""What a customer is shown to confirm: a document of texts, written out in one language."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.kernel.money import Money
from domain.presales.rules.solutions import Proposal
from tenancy.language import Language, translate, write_amount
from tenancy.refusals import message


@dataclass(frozen=True)
class Shown:
    """A document to be confirmed: every text is written out."""

    title: str
    running_head: str
    # Labels and values at its head.
    facts: Sequence[tuple[str, str]]
    # Headings and texts of several lines.
    sections: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sides:
    """From whom a document is, and to whom it goes."""

    company: str
    customer: str
    contact: str

    def facts(self, language: Language) -> list[tuple[str, str]]:
        """The facts at the document's head."""
        return [
            (translate(message("Offered by"), language), self.company),
            (translate(message("Offered to"), language), self.customer),
            (translate(message("Attention"), language), self.contact),
        ]


def requirements_shown(title: str, content: str, number: str, version: int, sides: Sides, language: Language) -> Shown:
    """What a customer needs, in a language, as it was written down."""
    named = {"number": number, "version": version}
    return Shown(
        title=title,
        running_head=translate(message("Requirements for inquiry {number}, version {version}"), language, named),
        facts=[
            (translate(message("Written by"), language), sides.company),
            (translate(message("Written for"), language), sides.customer),
            (translate(message("Attention"), language), sides.contact),
        ],
        sections=[(translate(message("What is required"), language), content)],
    )


def solution_shown(proposal: Proposal, number: str, version: int, sides: Sides, language: Language) -> Shown:
    """A solution in a language; parts that say nothing are left out."""
    named = {"number": number, "version": version}
    sections = [
        (message("Functions"), proposal.functions),
        (message("Architecture"), proposal.architecture),
        (message("Plan"), proposal.plan),
        (message("Expected effect"), proposal.expected_effect),
    ]
    return Shown(
        title=proposal.title,
        running_head=translate(message("Solution {number}, version {version}"), language, named),
        facts=[*sides.facts(language), (translate(message("Budget"), language), _money(proposal.budget, language))],
        sections=[(translate(heading, language), text) for heading, text in sections if text],
    )


def _money(amount: Money, language: Language) -> str:
    return write_amount(amount.decimal, amount.currency, language)
