"""Columns that are computed from other columns of the same row, whoever writes them.

A derived field is computed by its own `pre_save` (`save`, `bulk_create`) and by the queryset's `update`, `bulk_update`
and `bulk_create`, so that no writer can forget it. Fixtures are loaded raw; `fill_derived_fields` is connected to
`pre_save` for them.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import models, transaction

BATCH_SIZE = 1000


class DerivedField:
    """Mixin of a model field. Name the columns it is made of in `sources` and say how in `derive`.

    Migrations see the plain Django field, so they need no class of ours.
    """

    sources: tuple[str, ...] = ()

    def derive(self, instance: models.Model) -> Any:
        raise NotImplementedError

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = self.derive(instance)
        setattr(instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple:
        name, _path, args, kwargs = super().deconstruct()
        plain = next(cls for cls in type(self).__mro__ if cls.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{plain.__name__}", args, kwargs


def derived_fields(model: type[models.Model], touched: Collection[str] | None = None) -> list[models.Field]:
    """The derived fields of a model, or those of them that depend on one of the `touched` columns."""
    return [
        field for field in model._meta.concrete_fields
        if isinstance(field, DerivedField) and (touched is None or not set(field.sources).isdisjoint(touched))
    ]


def with_derived(model: type[models.Model], names: Iterable[str]) -> list[str]:
    """Field names, and those derived from them."""
    names = list(names)
    return names + [field.name for field in derived_fields(model, names) if field.name not in names]


def extend_update_fields(instance: models.Model, kwargs: dict[str, Any]) -> None:
    """For a `save`: let derived columns be written with their sources, also when only some columns were loaded."""
    fields = kwargs.get("update_fields")
    if fields is None and not instance._state.adding and (deferred := instance.get_deferred_fields()):
        fields = [
            field.name for field in instance._meta.concrete_fields
            if field.attname not in deferred and not field.primary_key
        ]
    if fields is not None:
        kwargs["update_fields"] = with_derived(type(instance), fields)


def fill_derived_fields(sender: type[models.Model], instance: models.Model, raw: bool = False, **kwargs: Any) -> None:
    """Signal receiver: a fixture that was made without derived columns gets them."""
    if raw:
        for field in derived_fields(sender):
            field.pre_save(instance, False)


class DerivedQuerySetMixin:
    """Keeps derived columns true when rows are written without `save`."""

    def update(self, **values: Any) -> int:
        fields = [field for field in derived_fields(self.model, values) if field.name not in values]
        if not fields:
            return super().update(**values)
        literal = not any(hasattr(value, "resolve_expression") for value in values.values())
        if literal and all(set(field.sources) <= set(values) for field in fields):
            row = self.model(**{name: value for name, value in values.items() if name in _sources(fields)})
            return super().update(**values, **{field.name: field.derive(row) for field in fields})
        with transaction.atomic(using=self.db):
            # The condition of the queryset may stop to hold once the rows are changed.
            pks = list(self.order_by().values_list("pk", flat=True))
            changed = super().update(**values)
            rederive(self.model, pks, fields, using=self.db)
        return changed

    update.alters_data = True

    def bulk_update(self, objs: Iterable[models.Model], fields: Iterable[str], batch_size: int | None = None) -> int:
        objs, fields = tuple(objs), list(fields)
        for field in derived_fields(self.model, fields):
            for instance in objs:
                field.pre_save(instance, False)
        return super().bulk_update(objs, with_derived(self.model, fields), batch_size=batch_size)

    bulk_update.alters_data = True

    def bulk_create(self, objs, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> list:
        if update_fields is not None:
            update_fields = with_derived(self.model, update_fields)
        return super().bulk_create(objs, *args, update_fields=update_fields, **kwargs)

    bulk_create.alters_data = True


def _sources(fields: Iterable[models.Field]) -> set[str]:
    return {source for field in fields for source in field.sources}


def rederive(
    model: type[models.Model], pks: Iterable[Any] | None = None, fields: list[models.Field] | None = None, *,
    using: str | None = None,
) -> int:
    """Compute derived columns of stored rows anew, in batches; all rows without `pks`. Returns how many changed."""
    fields = derived_fields(model) if fields is None else fields
    manager = model._base_manager.using(using)
    needed = {"pk", *_sources(fields), *(field.name for field in fields)}
    changed = 0
    for rows in _batches(manager.only(*needed), pks):
        stale = [row for row in rows if _refresh(row, fields)]
        if stale:
            models.QuerySet.bulk_update(manager.all(), stale, [field.name for field in fields], batch_size=200)
        changed += len(stale)
    return changed


def _batches(rows: models.QuerySet, pks: Iterable[Any] | None) -> Iterable[list[models.Model]]:
    if pks is None:
        last = None
        while batch := list((rows.filter(pk__gt=last) if last is not None else rows).order_by("pk")[:BATCH_SIZE]):
            yield batch
            last = batch[-1].pk
        return
    pks = list(pks)
    for start in range(0, len(pks), BATCH_SIZE):
        yield list(rows.filter(pk__in=pks[start:start + BATCH_SIZE]))


def _refresh(row: models.Model, fields: list[models.Field]) -> bool:
    """Derive the fields of one row; whether anything changed."""
    before = [getattr(row, field.attname) for field in fields]
    return before != [field.pre_save(row, False) for field in fields]
