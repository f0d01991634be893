"""Telling people and machines: notifications and their mails, what was read, endpoints and their webhooks."""

from domain.notifications.commands.endpoints import (
    KEPT,
    Registered,
    change_endpoint,
    forget_old,
    note_arrived,
    note_given_up,
    plan_webhooks,
    register_endpoint,
    remove_endpoint,
    rotate_secret,
    switch_off,
    switch_on,
)
from domain.notifications.commands.preferences import choose, send_waiting
from domain.notifications.commands.telling import mark_read, notify, notify_contact

__all__ = [
    "KEPT",
    "Registered",
    "change_endpoint",
    "choose",
    "forget_old",
    "mark_read",
    "note_arrived",
    "note_given_up",
    "notify",
    "notify_contact",
    "plan_webhooks",
    "register_endpoint",
    "remove_endpoint",
    "rotate_secret",
    "send_waiting",
    "switch_off",
    "switch_on",
]
