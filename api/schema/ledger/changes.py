"""What can be changed of the books."""

import strawberry

from api.results import mutation
from api.schema.ledger import mutations as ledger
from api.schema.ledger.types import BookClosing


@strawberry.type(description="What can be changed of the books.")
class LedgerMutation:
    """The part of the root that is about the books."""

    close_books = mutation(ledger.close_books, closing=BookClosing)
    reopen_books = mutation(ledger.reopen_books, closing=BookClosing)
