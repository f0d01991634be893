"""What approvals are asked for is read by clients, with every fact's name, type and words."""

from string import Formatter

from domain.kernel.subjects import FACT_LABELS, FACTS, PURPOSE_LABELS, TITLES, may_be_missing
from tenancy.actor import Actor
from tenancy.language import Language, translate
from tests.api.conftest import Ask

SUBJECTS = (
    "{ approvalSubjects { kind purpose topic label purposeLabel facts { name type description words mayBeMissing } } }"
)


def test_every_subject_is_whole() -> None:
    assert {name for facts in FACTS.values() for name in facts} == set(FACT_LABELS)
    assert {purpose for _, purpose in FACTS if purpose} == set(PURPOSE_LABELS)
    assert TITLES.keys() == FACTS.keys()
    for subject, title in TITLES.items():
        assert may_be_missing(*subject) <= set(FACTS[subject])
        assert {name for _, name, _, _ in Formatter().parse(title) if name} <= set(FACTS[subject])


async def test_clients_read_the_facts_of_each_subject(ask: Ask, acme: Actor) -> None:
    found = (await ask.executed(acme, SUBJECTS))["approvalSubjects"]
    assert [(each["kind"], each["purpose"]) for each in found] == [(kind.value, purpose) for kind, purpose in FACTS]
    written_off = next(each for each in found if each["topic"] == "invoices/write_off")
    assert (written_off["label"], written_off["purposeLabel"]) == ("invoices", "write-off")
    facts = {fact["name"]: fact for fact in written_off["facts"]}
    assert facts["amount_minor"]["type"] == "NUMBER"
    assert facts["amount_minor"]["description"] == "the amount in the smallest unit of its currency"
    assert facts["customer_tier"]["words"] == ["key", "standard", "strategic"]
    assert facts["invoice_number"]["words"] is None
    contract = next(each for each in found if each["topic"] == "contracts")
    missing = [fact["name"] for fact in contract["facts"] if fact["mayBeMissing"]]
    assert missing == ["account_owner_id", "department_id", "ends_on"]
    for text in (*FACT_LABELS.values(), *PURPOSE_LABELS.values()):
        assert translate(text, Language.ZH_HANT) != text
