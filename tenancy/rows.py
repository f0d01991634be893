"""Places of rows in a statement: a table under a name of its own, of which a column is made when it is asked for."""

from typing import Any, TypeVar, cast

from sqlalchemy import FromClause, column

from tenancy.models import Model

M = TypeVar("M", bound=Model)


class Rows:
    """The rows of one table at one place of the statement; `rows.title` is a column of it.

    A column is made when it is asked for: an alias would make all of its table's, most of them for nothing.
    """

    def __init__(self, source: FromClause, columns: Any = None) -> None:
        self.source = source
        self._columns = source.c if columns is None else columns

    def whole(self) -> list[Any]:
        """All of its columns, in their order."""
        return [getattr(self, name) for name in self._columns.keys()]  # noqa: SIM118 - they are no mapping

    def __getattr__(self, name: str) -> Any:
        try:
            known = self._columns[name]
        except KeyError:
            raise AttributeError(name) from None
        if known.table is not self.source:
            known = column(name, known.type)
            known.table = self.source
        setattr(self, name, known)
        return known


def place_of(model: type[Model], name: str | None = None) -> Rows:
    """A new place of a table, to which nothing else in the statement refers; without a name, it gets one of its own."""
    return Rows(model.__table__.alias(name), model.__table__.c)


def another(model: type[M]) -> type[M]:
    """The same table once more, for a condition inside of a statement: what its columns are called is all that it has.

    SQLAlchemy's `aliased` also takes part in selects of whole rows, for which it copies every column of the table.
    """
    return cast(type[M], place_of(model))
