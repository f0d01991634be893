"""Changing the handbook: drafting a version, writing its clauses, reviewing and publishing it; citing a clause."""

from domain.policies.commands.bases import rebase_version
from domain.policies.commands.citing import cite
from domain.policies.commands.drafting import (
    discard_version,
    draft_version,
    put_clause,
    remove_clause,
    retitle_version,
)
from domain.policies.commands.importing import import_version, start_handbook
from domain.policies.commands.publishing import (
    approve_version,
    publish_version,
    return_version,
    review_version,
    show_version,
    submit_version,
    take_back,
)
from domain.policies.commands.refusing import REFUSED
from domain.policies.commands.withdrawing import withdraw_version

__all__ = [
    "REFUSED",
    "approve_version",
    "cite",
    "discard_version",
    "draft_version",
    "import_version",
    "publish_version",
    "put_clause",
    "rebase_version",
    "remove_clause",
    "retitle_version",
    "return_version",
    "review_version",
    "show_version",
    "start_handbook",
    "submit_version",
    "take_back",
    "withdraw_version",
]
