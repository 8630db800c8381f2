"""Querysets that speak of targets."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import ExpressionWrapper, F, FloatField, Manager, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cos, Degrees, Least, Power, Sin, Sqrt
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from tom_common.permissions import GrantedQuerySet
from tom_targets.derived import DerivedQuerySetMixin
from tom_targets.names import simplified

#: added to a radius before it is compared in SQL: a thousandth of a milliarcsecond, for what the formula rounds
RADIUS_SLACK_DEG = 3e-10


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
        from tom_common.astro.sky import LAST_INDEX, cone_ranges  # heavy: numpy

        ranges = cone_ranges(ra, dec, radius_deg)
        rows = self.filter(healpix__isnull=False) if ranges == [(0, LAST_INDEX)] else self.in_ranges(ranges)
        if annotate:
            rows = rows.with_separation(ra, dec)
        return rows if radius_deg >= 180 else rows.filter(within(ra, dec, radius_deg))

    def in_ranges(self, ranges: Iterable[tuple[int, int]]) -> "TargetQuerySet":
        """Targets whose sky index lies in one of the (low, high) ranges, both ends included."""
        condition = Q()
        for low, high in ranges:
            condition |= Q(healpix__range=(low, high))
        return self.filter(condition) if condition else self.none()

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
        """By a condition on the columns that targets and aliases share. Each half is one look-up in its own index."""
        relation = self.model._meta.get_field("aliases")
        own = relation.field.related_model._base_manager.using(self._db).filter(condition).values("pk")
        aliases = relation.related_model._base_manager.using(self._db).filter(condition).values("target")
        return self.filter(Q(pk__in=own) | Q(pk__in=aliases))

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


def haversine_from(ra: float, dec: float) -> Combinable:
    """SQL for sin²(separation / 2) of a row's position from (ra, dec) in degrees: exact for small separations."""
    half = math.pi / 360
    half_dec = Sin((F("dec") - Value(float(dec))) * Value(half))
    half_ra = Sin((F("ra") - Value(float(ra))) * Value(half))
    cosines = Cos(F("dec") * Value(2 * half)) * Value(math.cos(math.radians(dec)))
    return Power(half_dec, Value(2.0)) + cosines * Power(half_ra, Value(2.0))


def within(ra: float, dec: float, radius_deg: float) -> Q:
    """The condition that a row's position lies within a radius; both in degrees."""
    if radius_deg <= 90:
        edge = math.sin(math.radians(radius_deg + RADIUS_SLACK_DEG) / 2) ** 2
        return Q(LessThanOrEqual(haversine_from(ra, dec), Value(edge)))
    # Far away sin² is flat and loses digits; the distance from the opposite point keeps them.
    edge = math.sin(math.radians(max(180 - radius_deg - RADIUS_SLACK_DEG, 0.0)) / 2) ** 2
    return Q(GreaterThanOrEqual(haversine_from(ra + 180, -dec), Value(edge)))


def separation_from(ra: float, dec: float) -> ExpressionWrapper:
    """SQL for the great-circle distance in degrees of a row's position from (ra, dec)."""
    # Rounding may carry the antipode a hair above 1, where asin has no value.
    root = Least(Value(1.0), Sqrt(haversine_from(ra, dec)))
    return ExpressionWrapper(Degrees(ASin(root)) * Value(2.0), output_field=FloatField())


def prefix_condition(form: str, using: str) -> Q:
    """Names whose simplified form begins so, as each database's index answers it."""
    if connections[using].vendor == "sqlite":
        # SQLite's LIKE ignores case and with it the index; a range of the index holds all that begin so.
        return Q(name_simplified__gte=form, name_simplified__lt=form + "\U0010ffff")
    return Q(name_simplified__startswith=form)


def position_in(text: str) -> tuple[float, float] | None:
    """(ra, dec) in degrees, when the text is a position."""
    if not any(sign.isdigit() for sign in text):
        return None
    from tom_common.astro.angles import AngleError, parse_position

    try:
        return parse_position(text)
    except AngleError:
        return None
