"""Querysets that speak of targets."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import Manager, Q, QuerySet

from tom_common.permissions import GrantedQuerySet
from tom_targets.any_of import AnyOf
from tom_targets.derived import DerivedQuerySetMixin
from tom_targets.names import simplified
from tom_targets.sky_index import separation_from, within


class TargetQuerySet(DerivedQuerySetMixin, GrantedQuerySet):
    """Targets: who may see them, where they are, what they are called."""

    def open_to(self, user: Any, action: str) -> Q:
        """Everybody sees OPEN targets, whoever is logged in sees PUBLIC ones. Nothing else is open."""
        if action != "view":
            return Q(pk__in=())
        if user is None or not user.is_authenticated:
            return Q(permissions="OPEN")
        return Q(permissions__in=("OPEN", "PUBLIC"))

    # Where

    def in_cone(self, ra: float, dec: float, radius_deg: float, *, annotate: bool = False) -> "TargetQuerySet":
        """Targets within `radius_deg` of a position (ICRS, degrees), whatever the radius, poles and RA 0 included.

        With `annotate` each has its `separation` in degrees. Raises ValueError for what is no cone.
        """
        rows = self.filter(cone_condition(ra, dec, radius_deg))
        return rows.with_separation(ra, dec) if annotate else rows

    def in_ranges(self, ranges: Iterable[tuple[int, int]]) -> "TargetQuerySet":
        """Targets whose sky index lies in one of the (low, high) ranges, both ends included."""
        ranges = list(ranges)
        return self.filter(healpix__in_ranges=ranges) if ranges else self.none()

    def with_separation(self, ra: float, dec: float) -> "TargetQuerySet":
        """Each target with its `separation` (degrees) from a position."""
        return self.annotate(separation=separation_from(ra, dec))

    # What it is called

    def exactly_named(self, names: str | Sequence[str]) -> "TargetQuerySet":
        """Targets that bear one of these very names, as name or alias."""
        return self._by_name(Q(name__in=[names] if isinstance(names, str) else list(names)))

    def named(self, text: str) -> "TargetQuerySet":
        """Targets that bear this name or alias, however it is written: "NGC 1300" finds "ngc1300"."""
        return self.with_simplified_name(simplified(text))

    def with_simplified_name(self, *forms: str) -> "TargetQuerySet":
        """Targets with a name or alias of one of these simplified forms."""
        forms = [form for form in forms if form]
        return self._by_name(Q(name_simplified__in=forms)) if forms else self.none()

    def name_starts_with(self, text: str) -> "TargetQuerySet":
        """Targets with a name or alias that begins so, however it is written."""
        form = simplified(text)
        if not form:
            return self.none()
        return self._by_name(prefix_condition(form, self.db))

    def _by_name(self, condition: Q) -> "TargetQuerySet":
        return self.filter(pk__in=AnyOf(*self.keys_by_name(condition)))

    def keys_by_name(self, condition: Q) -> list[QuerySet]:
        """Keys of targets by a condition on the columns that targets and aliases share: by name, and by alias."""
        relation = self.model._meta.get_field("aliases")
        own, aliases = relation.field.related_model._base_manager, relation.related_model._base_manager
        if self._db:
            own, aliases = own.using(self._db), aliases.using(self._db)
        return [own.filter(condition).values("pk"), aliases.filter(condition).values("target")]

    def search(self, text: str) -> "TargetQuerySet":
        """What one search box finds: names that begin so, else a position in any notation (within 1'), else names that
        have it somewhere. An empty text finds all.
        """
        text = " ".join(str(text or "").split())
        if not text:
            return self
        found = self.name_starts_with(text)
        if found.order_by().exists():
            return found
        position = position_in(text)
        if position is not None:
            return self.in_cone(*position, SEARCH_RADIUS_DEG)
        return self.name_contains(text)

    def name_contains(self, text: str) -> "TargetQuerySet":
        """Targets with a name or alias that has this text anywhere. Reads every name."""
        return self._by_name(Q(name__icontains=text))


#: how far from a position typed into the search box a target may lie
SEARCH_RADIUS_DEG = 1 / 60

TargetManager = Manager.from_queryset(TargetQuerySet, class_name="TargetManager")


class DerivedQuerySet(DerivedQuerySetMixin, QuerySet):
    """A plain queryset that keeps derived columns true."""


DerivedManager = Manager.from_queryset(DerivedQuerySet, class_name="DerivedManager")


class GrantedManager(Manager.from_queryset(GrantedQuerySet)):
    """The manager of a model whose rows are granted one by one."""


def cone_condition(ra: float, dec: float, radius_deg: float) -> Q:
    """The condition that a row lies within `radius_deg` of a position. Raises ValueError for what is no cone."""
    from tom_common.astro.sky import LAST_INDEX, cone_ranges  # heavy: numpy

    ranges = cone_ranges(ra, dec, radius_deg)
    whole_sky = ranges == [(0, LAST_INDEX)]
    indexed = Q(healpix__isnull=False) if whole_sky else Q(healpix__in_ranges=ranges)
    return indexed if radius_deg >= 180 else indexed & within(ra, dec, radius_deg)


def prefix_condition(form: str, using: str) -> Q:
    """Names whose simplified form begins so, as each database's index answers it."""
    vendor = connections[using].vendor
    if vendor == "sqlite":
        # SQLite's LIKE ignores case and with it the index; a range of the index holds all that begin so.
        return Q(name_simplified__gte=form, name_simplified__lt=form + "\U0010ffff")
    # Django's `startswith` is LIKE BINARY to MySQL and MariaDB, which no index answers.
    return Q(name_simplified__istartswith=form) if vendor == "mysql" else Q(name_simplified__startswith=form)


def position_in(text: str) -> tuple[float, float] | None:
    """(ra, dec) in degrees, when the text is a position."""
    if not any(sign.isdigit() for sign in text):
        return None
    from tom_common.astro.angles import AngleError, parse_position

    try:
        return parse_position(text)
    except AngleError:
        return None
