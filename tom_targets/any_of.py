"""One condition on keys that come from several look-ups, fast on every database."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Expression, IntegerField, QuerySet, Subquery


class AnyOf(Expression):
    """`pk__in=AnyOf(queryset, …)`: the keys that one of the querysets, of one column each, has.

    Each queryset is answered by its own index, and the rows are fetched by their keys. An OR of two `IN (…)` says the
    same, but PostgreSQL and MariaDB would read the whole table for it.
    """

    def __init__(self, *querysets: QuerySet):
        super().__init__(output_field=IntegerField())
        self.parts = [Subquery(queryset) for queryset in querysets]
        for part in self.parts:
            part.query.clear_ordering(force=True)

    def get_source_expressions(self) -> list[Expression]:
        return self.parts

    def set_source_expressions(self, exprs: list[Expression]) -> None:
        self.parts = exprs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list]:
        """The union stands in a table of its own: MariaDB looks up such keys, but not those of a bare union."""
        statements, params = [], []
        for part in self.parts:
            try:
                sql, part_params = compiler.compile(part)
            except EmptyResultSet:
                continue
            # SQLite takes no brackets around the members of a union.
            statements.append(sql[1:-1])
            params += part_params
        if not statements:
            raise EmptyResultSet
        return f"(SELECT * FROM ({' UNION ALL '.join(statements)}) found_keys)", params
