"""Pure rules of the catalogue: the tree of lines, what an offering says, its form, and the answers to that."""

from domain.catalogue.rules.answers import check_answers, contacts_in
from domain.catalogue.rules.forms import Choice, FieldKind, FormField, parse_fields
from domain.catalogue.rules.offerings import (
    MOST_OFFERINGS,
    Aspect,
    PriceBasis,
    clean_sla_class,
    clean_text,
    parse_standards,
)
from domain.catalogue.rules.tree import DEEPEST, MOST_LINES, check_place, clean_code, clean_name

__all__ = [
    "DEEPEST",
    "MOST_LINES",
    "MOST_OFFERINGS",
    "Aspect",
    "Choice",
    "FieldKind",
    "FormField",
    "PriceBasis",
    "check_answers",
    "check_place",
    "clean_code",
    "clean_name",
    "clean_sla_class",
    "clean_text",
    "contacts_in",
    "parse_fields",
    "parse_standards",
]
