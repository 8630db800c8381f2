"""Querysets of what belongs to a target: who may see it, and how measurements are written."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from tom_common.conf import tom_settings
from tom_common.permissions import GrantedQuerySet
from tom_targets.models import Target

#: What makes a measurement itself; a change of one of these changes its fingerprint.
IDENTITY = {"target", "target_id", "data_type", "source_name", "timestamp", "value"}


class TargetDataQuerySet(GrantedQuerySet):
    """Rows that belong to a target and follow its permissions.

    With TARGET_PERMISSIONS_ONLY who sees the target sees its data, and who may change the target may change them.
    Without it, the target must be visible and the row needs a grant of its own.
    """

    def allowed(self, user: Any, action: str) -> "TargetDataQuerySet":
        if getattr(user, "is_superuser", False) and user.is_active:
            return self.all()
        if tom_settings.TARGET_PERMISSIONS_ONLY:
            return self.filter(_of_a_target(user, "view" if action == "view" else "change"))
        return super().allowed(user, action).filter(_of_a_target(user, "view"))

    def visible_of(self, target: Target, user: Any) -> "TargetDataQuerySet":
        """The rows of one target that this user, who is known to see the target, may see."""
        rows = self.filter(target_id=target.pk)
        return rows if tom_settings.TARGET_PERMISSIONS_ONLY else super(TargetDataQuerySet, rows).allowed(user, "view")


def _of_a_target(user: Any, action: str) -> Exists:
    """Of a target that the user may view or change: asked row by row, since a list of all such targets may be long."""
    return Exists(Target.objects.all().allowed(user, action).filter(pk=OuterRef("target_id")))


class ReducedDatumQuerySet(TargetDataQuerySet):
    """Measurements. Every way to write them fills the typed columns and the fingerprint."""

    #: set while rows that are filled already pass through Django's own bulk methods
    _filled = False

    def current(self) -> "ReducedDatumQuerySet":
        """Without the values that their source has replaced by newer ones."""
        return self.filter(superseded=None)

    def as_known_on(self, moment: datetime) -> "ReducedDatumQuerySet":
        """The measurements that stood at that moment: stored by then, replaced only later or never.

        Rows from before this was recorded count as known from the beginning.
        """
        stored = Q(created=None) | Q(created__lte=moment)
        return self.filter(stored, Q(superseded=None) | Q(superseded__gt=moment))

    def get_or_create(self, defaults: dict | None = None, **kwargs: Any) -> tuple[models.Model, bool]:
        """As Django's; a whole measurement is looked up by what it says, however its value is written."""
        if not {"data_type", "timestamp", "value"} <= set(kwargs) or not {"target", "target_id"} & set(kwargs):
            return super().get_or_create(defaults, **kwargs)
        datum = self.model(**kwargs)
        datum.fill_columns()
        found = self.filter(fingerprint=datum.fingerprint).first()
        if found:
            return found, False
        return self.create(**kwargs, **(defaults or {})), True

    def bulk_create(self, objs: Iterable[models.Model], *args: Any, **kwargs: Any) -> list:
        objs = list(objs)
        for datum in objs:
            datum.fill_columns()
        return super().bulk_create(objs, *args, **kwargs)

    def _insert_filled(self, objs: list[models.Model]) -> None:
        """Insert rows whose columns are filled; those that another process has stored meanwhile are left out."""
        super().bulk_create(objs, ignore_conflicts=True)

    def bulk_update(self, objs: Iterable[models.Model], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        objs, fields = list(objs), set(fields)
        if fields & IDENTITY:
            for datum in objs:
                datum.fill_columns()
            fields |= set(self.model.FILLED)
        return super(ReducedDatumQuerySet, self._unchecked()).bulk_update(objs, sorted(fields), *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        """As Django's. Rows that become equal to one already stored (their target was merged, say) are dropped."""
        touched = IDENTITY & set(kwargs)
        if self._filled or not touched:
            return super().update(**kwargs)
        expressions = sorted(name for name in touched if hasattr(kwargs[name], "resolve_expression"))
        if expressions:
            raise ValidationError(f"A measurement's {', '.join(expressions)} cannot be set by an expression.")
        return self._rewrite(kwargs)

    @transaction.atomic
    def _rewrite(self, changes: dict) -> int:
        changed = list(self)
        for datum in changed:
            for name, content in changes.items():
                setattr(datum, name, content)
            datum.fill_columns()
        everything = self.model._default_manager.all()
        pks = {datum.pk for datum in changed}
        kept, seen = [], set(_others_with(everything, changed, pks))
        for datum in changed:
            if datum.fingerprint in seen:
                datum.delete()
            else:
                seen.add(datum.fingerprint)
                kept.append(datum)
        # In two steps, for a row may take the fingerprint that another row of the same change gives up.
        everything.filter(pk__in=[datum.pk for datum in kept])._unchecked().update(fingerprint=None)
        fields = {name.removesuffix("_id") if name == "target_id" else name for name in changes}
        everything.bulk_update(kept, sorted(fields | set(self.model.FILLED)), batch_size=200)
        return len(changed)

    def _unchecked(self) -> "ReducedDatumQuerySet":
        clone = self._chain()
        clone._filled = True
        return clone

    def _clone(self) -> "ReducedDatumQuerySet":
        clone = super()._clone()
        clone._filled = self._filled
        return clone


def _others_with(everything: models.QuerySet, changed: list, pks: set) -> Iterable:
    """The fingerprints of `changed` that rows outside of it hold already."""
    wanted = [datum.fingerprint for datum in changed]
    for start in range(0, len(wanted), 500):
        rows = everything.filter(fingerprint__in=wanted[start : start + 500]).values_list("pk", "fingerprint")
        yield from (fingerprint for pk, fingerprint in rows if pk not in pks)
