"""Changing the register of customers: taking one up, changing it, its people, who comes into the portal; letters."""

from domain.customers.commands.letters import let_letter_leave, plan_letter
from domain.customers.commands.register import (
    OpenedPortal,
    add_contact,
    change_contact,
    change_customer,
    choose_letters,
    choose_own_letters,
    create_customer,
    hand_on_of_leaver,
    invite,
    note_unreachable,
    open_portal,
    revoke_access,
    take_up_writer,
)

__all__ = [
    "OpenedPortal",
    "add_contact",
    "change_contact",
    "change_customer",
    "choose_letters",
    "choose_own_letters",
    "create_customer",
    "hand_on_of_leaver",
    "invite",
    "let_letter_leave",
    "note_unreachable",
    "open_portal",
    "plan_letter",
    "revoke_access",
    "take_up_writer",
]
