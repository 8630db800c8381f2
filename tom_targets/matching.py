"""Is this target already known? Asked by name, by alias, by position. A project may answer in its own way.

    MATCH_MANAGERS = {"Target": "custom_code.matching.CustomMatchManager"}

Its class derives from TargetMatchManager and is what `Target.matches` is then. All look-ups use an index, so they cost
the same among a hundred targets and among a million.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Manager, Q, QuerySet

from tom_targets import names
from tom_targets.any_of import AnyOf
from tom_targets.managers import cone_condition

#: two sidereal targets nearer than this are probably one
DUPLICATE_RADIUS_ARCSEC = 2.0


class TargetMatchManager(Manager):
    """What `Target.matches` is. Override any method; `match_name` and `match_target` decide what a duplicate is."""

    def get_queryset(self) -> QuerySet:
        # The model's own queryset class, also where a project's manager declares none.
        return type(self.model._default_manager.all())(self.model, using=self._db)

    def is_unique(self, target: Any, *args: Any, **kwargs: Any) -> bool:
        """Whether no other target matches this one."""
        return not self.match_target(target, *args, **kwargs).exclude(pk=target.pk).exists()

    def match_target(self, target: Any, *args: Any, **kwargs: Any) -> QuerySet:
        """Targets that are taken for this one: those that `match_name` finds for its name."""
        return self.match_name(target.name)

    def match_name(self, name: str) -> QuerySet:
        """Targets that bear this name, as name or alias."""
        return self.match_exact_name(name)

    def match_exact_name(self, name: str) -> QuerySet:
        """Targets whose name, or one of whose aliases, is this very text."""
        return self.get_queryset().exactly_named(name)

    def match_fuzzy_name(self, name: str, input_queryset: QuerySet | None = None) -> QuerySet:
        """Targets whose name or alias is the same once both are simplified; among `input_queryset` if given."""
        rows = self.get_queryset() if input_queryset is None else input_queryset
        form = str(self.simplify_name(name))[:names.MAX_SIMPLIFIED]
        return rows.with_simplified_name(form)

    def match_cone_search(self, ra: float | None, dec: float | None, radius: float) -> QuerySet:
        """Targets within `radius` arcsec of (ra, dec) degrees, nearest first, each with its `separation` in degrees."""
        if ra is None or dec is None or radius is None:
            return self.get_queryset().none()
        found = self.get_queryset().in_cone(float(ra), float(dec), float(radius) / 3600, annotate=True)
        return found.order_by("separation")

    def simplify_name(self, name: str) -> str:
        """The form in which names are compared. Run `manage.py rebuild_names` after overriding it."""
        return names.simplify_name(name)


class MatchManagerAttribute:
    """`Target.matches`: an instance of the class that the settings name, made when asked for.

    Made late because a project's class may import the models.
    """

    def __get__(self, instance: Any, owner: type) -> TargetMatchManager:
        if instance is not None:
            raise AttributeError("Manager isn't accessible via target instances; ask Target.matches.")
        manager = names.match_manager_class()()
        manager.model = owner
        manager.name = "matches"
        return manager


def similar_to(
    target: Any, *, radius_arcsec: float = DUPLICATE_RADIUS_ARCSEC, other_names: Iterable[str] = (),
    among: QuerySet | None = None,
) -> QuerySet:
    """Targets that may be this one: they bear a similar name or alias, or lie within `radius_arcsec`.

    `target` may be unsaved. Positions are compared between sidereal targets only; what moves is elsewhere by now.
    `among` restricts the answer, say to what a user may see.
    """
    rows = type(target)._default_manager.all() if among is None else among
    known_names = [name for name in (target.name, *other_names) if name]
    if target.pk:
        known_names += target.aliases.values_list("name", flat=True)
    forms = {form for name in known_names if (form := names.simplified(name))}
    keys = rows.keys_by_name(Q(name_simplified__in=forms)) if forms else []
    if target.type != target.NON_SIDEREAL and target.ra is not None and target.dec is not None:
        places = rows.model._meta.get_field("aliases").field.related_model._base_manager.using(rows.db)
        near = cone_condition(target.ra, target.dec, radius_arcsec / 3600)
        keys.append(places.filter(near, ~Q(type=target.NON_SIDEREAL)).values("pk"))
    found = rows.filter(pk__in=AnyOf(*keys))
    return found.exclude(pk=target.pk) if target.pk else found
