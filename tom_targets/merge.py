"""Merging two targets into one, so that nothing is lost and it can be undone (`tom_targets.merge_undo`).

    record = merge_targets(keep=sn, fold_in=at, choices={"ra": FOLD_IN})

Everything that points at the second target then points at the first; its name becomes an alias; the values that were
chosen are taken over; the second is deleted. A `MergeRecord` holds a copy of all that was given up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.http import HttpRequest
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tom_common.actors import current_actor
from tom_common.permissions import ACTIONS, may, permission_codename
from tom_targets import timeline
from tom_targets.base_models import IGNORE_FIELDS
from tom_targets.extra_fields import extra_fields
from tom_targets.history import MergeRecord
from tom_targets.merge_rows import MergeRefused, Moved, Relation, copies, move, relations, tables
from tom_targets.models import BaseTarget, Target, TargetExtra
from tom_targets.names_and_extras import store_names

__all__ = ["FOLD_IN", "KEEP", "MergeRefused", "merge_error_message", "merge_targets", "target_merge"]

#: whose value is taken
KEEP, FOLD_IN = "keep", "fold_in"
#: from open to closed; the stricter level is proposed, so that merging by itself shows nothing to new people
STRICTNESS = ("OPEN", "PUBLIC", "PRIVATE")
#: Values that mean nothing without each other: unless chosen, all of a row are taken from one side.
TOGETHER = (
    ("ra", "dec", "epoch"), ("pm_ra", "pm_dec"), ("distance", "distance_err"),
    ("ephemeris_period", "ephemeris_period_err", "ephemeris_epoch", "ephemeris_epoch_err"),
    ("scheme", "epoch_of_elements", "mean_anomaly", "arg_of_perihelion", "eccentricity", "lng_asc_node", "inclination",
     "mean_daily_motion", "semimajor_axis", "epoch_of_perihelion", "perihdist"),
    ("abs_mag", "slope"),
)
#: what a target of one type has and one of the other has not
OF_TYPE = {name for row in (TOGETHER[0], TOGETHER[1], TOGETHER[4], TOGETHER[5]) for name in row} | {"parallax"}
#: What comes after a merge by itself, or surely is meant for the target that stayed: nothing that was built on it.
NOT_BUILT = {
    "tom_targets.targetevent.target", "tom_targets.mergerecord.target", "tom_targets.targetlist_targets.basetarget",
    "tom_targets.targetuserobjectpermission.content_object", "tom_targets.targetgroupobjectpermission.content_object",
}
EXTRA_PREFIX = "extra:"


def merge_error_message(request: HttpRequest) -> None:
    """Say that it takes two targets."""
    messages.warning(request, "Please select two targets to merge, no more and no fewer.")


def target_merge(primary_target: BaseTarget, secondary_target: BaseTarget) -> BaseTarget:
    """Merge the second into the first, whose values stay; where it has none, the second's are taken. Returns the first.

    Raises MergeRefused with the reason. Who may do this is asked by the caller: `why_not_merge`.
    """
    merge_targets(keep=primary_target, fold_in=secondary_target)
    primary_target.refresh_from_db()
    return primary_target


def why_not_merge(user: Any, keep: BaseTarget, fold_in: BaseTarget) -> str:
    """Why this user cannot merge the second (which goes) into the first; empty when he can."""
    if keep.pk == fold_in.pk:
        return f"{keep} cannot be merged with itself. Choose two different targets."
    for target in (keep, fold_in):
        if not may(user, "change", target):
            return f"You may see {target}, but not change it; so you cannot merge it."
    if not may(user, "delete", fold_in):
        return f"You may not delete {fold_in}, which would be merged into {keep} and be no more."
    return ""


# What there is to choose

@dataclass(frozen=True)
class Choice:
    """A value that one of two targets has: of a column, or of a tag (`key` begins with `extra:`)."""

    key: str
    label: str
    values: tuple[Any, Any]
    default: str
    hidden: bool = False

    @property
    def differs(self) -> bool:
        return self.values[0] != self.values[1]


def mergeable_fields() -> list[models.Field]:
    """The columns whose values are chosen; galactic coordinates follow the position."""
    left_out = {*IGNORE_FIELDS, "name", "galactic_lng", "galactic_lat"}
    return [
        field for field in Target._meta.concrete_fields
        if field.name not in left_out and field.editable and not field.primary_key
        and not (field.remote_field and field.remote_field.parent_link)
    ]


def choices_of(keep: BaseTarget, fold_in: BaseTarget) -> list[Choice]:
    """All columns and tags with the values of both, and which is taken unless somebody chooses."""
    found = []
    for field in mergeable_fields():
        values = (getattr(keep, field.attname), getattr(fold_in, field.attname))
        default = _default(field.name, keep, fold_in)
        label, is_hidden = str(field.verbose_name), getattr(field, "hidden", False)
        found.append(Choice(field.name, label[:1].upper() + label[1:], values, default, is_hidden))
    hidden = {one.name for one in extra_fields(hidden=True)} - {one.name for one in extra_fields()}
    mine, other = _extras(keep), _extras(fold_in)
    for key in sorted({*mine, *other}):
        values = (mine.get(key), other.get(key))
        default = FOLD_IN if _empty(values[0]) and not _empty(values[1]) else KEEP
        found.append(Choice(EXTRA_PREFIX + key, key, values, default, key in hidden))
    return found


def _default(name: str, keep: BaseTarget, fold_in: BaseTarget) -> str:
    """Whose value of a column is taken unless somebody chooses."""
    if name == "permissions":
        return FOLD_IN if _strictness(fold_in.permissions) > _strictness(keep.permissions) else KEEP
    if keep.type != fold_in.type and name in OF_TYPE:
        return KEEP
    group = next((row for row in TOGETHER if name in row), (name,))
    lacking = all(_empty(getattr(keep, one)) for one in group)
    return FOLD_IN if lacking and not all(_empty(getattr(fold_in, one)) for one in group) else KEEP


def _empty(value: Any) -> bool:
    return value is None or value == ""


def _strictness(level: str) -> int:
    return STRICTNESS.index(level) if level in STRICTNESS else len(STRICTNESS)


def _extras(target: BaseTarget) -> dict[str, str]:
    return dict(TargetExtra.objects.filter(target_id=target.pk).values_list("key", "value"))


def what_moves(fold_in: BaseTarget) -> list[tuple[Relation, int]]:
    """How many rows of each kind would move."""
    counted = [(relation, relation.rows(fold_in).count()) for relation in relations()]
    return [(relation, number) for relation, number in counted if number]


def one_to_one_conflicts(keep: BaseTarget, fold_in: BaseTarget) -> list[Relation]:
    """Kinds of which a target can have one only, and both have one: that of the second is given up."""
    return [
        relation for relation in relations()
        if relation.is_one_to_one and relation.rows(keep).exists() and relation.rows(fold_in).exists()
    ]


# The deed

@transaction.atomic
def merge_targets(
    *, keep: BaseTarget, fold_in: BaseTarget, choices: Mapping[str, str] | None = None, actor: Any = None,
    rights: Iterable[str] = ACTIONS,
) -> MergeRecord:
    """Merge `fold_in` into `keep`. `choices`: {field name or "extra:<key>": KEEP or FOLD_IN}, as in `choices_of`.

    Who holds some of the `rights` on `fold_in` gets them on `keep`; other rights are given up.
    Raises MergeRefused, or ValidationError when the chosen values do not make a target; then nothing has changed.
    """
    if keep.pk == fold_in.pk:
        raise MergeRefused(f"{keep} cannot be merged with itself. Choose two different targets.")
    keep, fold_in = _locked(keep, fold_in)
    wanted = {choice.key: choice for choice in choices_of(keep, fold_in)}
    sides = {key: (choices or {}).get(key, choice.default) for key, choice in wanted.items()}
    loser = copies(tables(fold_in))
    changed_extras = _take_extras(keep, fold_in, sides)
    moved = [
        move(relation, source=fold_in, to=keep, but=_excess_rights(relation, fold_in, rights))
        for relation in relations()
    ]
    gone_pk, name, values = fold_in.pk, fold_in.name, dict(fold_in.__dict__)
    _delete(fold_in)
    aliases = store_names(keep, [name], tell=False)
    changed_fields = _take_fields(keep, values, sides, gone_pk)
    actor = actor or current_actor()
    record = MergeRecord.objects.create(
        target_id=keep.pk, merged_pk=gone_pk, merged_name=name, actor_id=getattr(actor, "pk", None),
        content={
            "kept": keep.pk, "loser": loser, "moved": [_as_json(one) for one in moved if one.keys or one.dropped],
            "aliases": [alias.pk for alias in aliases], "extras": changed_extras, "fields": changed_fields,
            "after": fingerprints(keep),
        },
    )
    timeline.record(keep, timeline.MERGED, actor=actor, name=name, pk=gone_pk, record=record.pk)
    return record


def _locked(*targets: BaseTarget) -> list[Any]:
    """Both as they are stored now, held against changes until the end."""
    rows = Target._base_manager.using(targets[0]._state.db).select_for_update()
    found = {row.pk: row for row in rows.filter(pk__in=[target.pk for target in targets]).order_by("pk")}
    for target in targets:
        if target.pk not in found:
            raise MergeRefused(f"{target} is no more; somebody has deleted or merged it meanwhile.")
    return [found[target.pk] for target in targets]


def _excess_rights(relation: Relation, fold_in: BaseTarget, rights: Iterable[str]) -> list[Any]:
    """Keys of the grants of a relation that do not move."""
    rights = set(rights)
    if rights >= set(ACTIONS) or not issubclass(relation.model, (UserObjectPermissionBase, GroupObjectPermissionBase)):
        return []
    handed_on = [permission_codename(Target, action) for action in rights]
    grants = relation.rows(fold_in).exclude(permission__codename__in=handed_on)
    return list(grants.order_by("pk").values_list("pk", flat=True))


def rights_to_hand_on(user: Any, keep: BaseTarget) -> list[str]:
    """The rights that holders of another target may get by merging it into this one: those that the user has.

    Else one would come to rights by merging a target of one's own.
    """
    return [action for action in ACTIONS if may(user, action, keep)]


def _take_extras(keep: BaseTarget, fold_in: BaseTarget, sides: Mapping[str, str]) -> dict[str, list]:
    """Overwrite tags of both where the other's value is wanted: {key: [before, after]}. The others move as rows."""
    mine, changed = {extra.key: extra for extra in TargetExtra.objects.filter(target_id=keep.pk)}, {}
    for key, value in _extras(fold_in).items():
        if key in mine and sides.get(EXTRA_PREFIX + key) == FOLD_IN and mine[key].value != value:
            changed[key] = [mine[key].value, value]
            mine[key].value = value
            mine[key].save()
    return changed


def _delete(fold_in: BaseTarget) -> None:
    left = [relation.label for relation, _ in what_moves(fold_in)]
    if left:
        raise MergeRefused(f"These could not be moved: {', '.join(left)}. Nothing was changed.")
    try:
        fold_in.delete()
    except (models.ProtectedError, models.RestrictedError) as error:
        raise MergeRefused(f"{fold_in} is needed by something that could not be moved: {error.args[0]}") from error


def _take_fields(keep: Any, values: Mapping[str, Any], sides: Mapping[str, str], gone: int) -> dict[str, list]:
    """Take over the chosen values; {column: [before, after]} of all that changed by it."""
    before = copies(tables(keep))
    for field in mergeable_fields():
        value = values[field.attname] if sides.get(field.name) == FOLD_IN else getattr(keep, field.attname)
        if field.remote_field and issubclass(field.remote_field.model, BaseTarget) and value in (gone, keep.pk):
            # It pointed at the other of the two, which it is itself now.
            value = None
        setattr(keep, field.attname, value)
    if FOLD_IN in (sides.get("ra"), sides.get("dec")):
        together = sides.get("ra") == sides.get("dec")
        keep.galactic_lng = values["galactic_lng"] if together else None
        keep.galactic_lat = values["galactic_lat"] if together else None
    if keep.changed_values():
        # The name stays, so whether it is like a third target's is no matter here.
        keep.full_clean(exclude={"name"}, validate_unique=False)
        keep.save()
    after = copies(tables(keep))
    return {
        f"{old['model']}.{name}": [value, new["fields"][name]]
        for old, new in zip(before, after, strict=True) for name, value in old["fields"].items()
        if value != new["fields"][name] and name not in ("modified", "healpix", "name_simplified")
    }


def _as_json(moved: Moved) -> dict[str, Any]:
    return {
        "relation": moved.relation.name, "keys": [timeline.plain(key) for key in moved.keys], "dropped": moved.dropped,
        "dropped_keys": [timeline.plain(key) for key in moved.dropped_keys],
        "changed": [[timeline.plain(key), values] for key, values in moved.changed.items()],
    }


def fingerprints(target: BaseTarget) -> dict[str, list]:
    """{relation: [how many rows, a hash of their keys]}: by it one sees whether rows were added or taken away."""
    found = {}
    for relation in relations():
        if relation.name not in NOT_BUILT:
            found[relation.name] = _fingerprint(relation.rows(target).order_by("pk").values_list("pk", flat=True))
    return found


def _fingerprint(keys: Iterable[Any]) -> list:
    keys = list(map(str, keys))
    return [len(keys), sha256("\n".join(keys).encode()).hexdigest()[:32]]
