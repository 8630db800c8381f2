"""What the database held when a row was loaded, so that a change can be told with its value before."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field


class KeepsStored:
    """Mixin of a model. It costs no query, and no copy: the row that was read is kept as it came."""

    _stored: Any = ()

    @classmethod
    def from_db(cls, db: str | None, field_names: Iterable[str], values: Iterable[Any], **fetching: Any) -> Any:
        # `fetching` comes with Django 6.1.
        instance = super().from_db(db, field_names, values, **fetching)
        instance._stored = (field_names, values)
        return instance

    def refresh_from_db(self, using: str | None = None, fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        fields = None if fields is None else list(fields)
        super().refresh_from_db(using=using, fields=fields, **kwargs)
        self.remember_stored(fields)

    def stored_values(self) -> dict[str, Any]:
        """{column: value} as the database had it when this process last read or wrote the row."""
        if isinstance(self._stored, tuple):
            self._stored = dict(zip(*self._stored, strict=False)) if self._stored else {}
        return self._stored

    def remember_stored(self, fields: Iterable[str] | None = None) -> None:
        """Take the present values, of all columns or of some, for what is stored."""
        stored, wanted, present = dict(self.stored_values()), None if fields is None else set(fields), self.__dict__
        for field in self._meta.concrete_fields:
            asked = wanted is None or not wanted.isdisjoint({field.name, field.attname})
            if asked and field.attname in present:
                stored[field.attname] = present[field.attname]
        self._stored = stored

    def changed_values(self, fields: Iterable[str] | None = None) -> dict[str, tuple[Any, Any]]:
        """{field: (before, after)} of the columns that a save of `fields` (None: all) will change."""
        stored, wanted = self.stored_values(), None if fields is None else set(fields)
        present, changed = self.__dict__, {}
        for field in self._meta.concrete_fields:
            attname = field.attname
            if attname not in present or (wanted is not None and wanted.isdisjoint({field.name, attname})):
                continue
            before, after = stored.get(attname), present[attname]
            if before is not after and before != after and before != (after := _typed(field, after)):
                changed[field.name] = (before, after)
        return changed


def _typed(field: Field, value: Any) -> Any:
    """`"10.5"` set on a number is 10.5."""
    try:
        return value if hasattr(value, "resolve_expression") else field.to_python(value)
    except ValidationError:
        return value
