"""Taking a merge back: the target that was merged comes back under its old key, with all that was its own."""

from typing import Any

from django.db import connections, models, transaction
from django.utils import timezone

from tom_common.actors import current_actor
from tom_targets import timeline
from tom_targets.history import MergeRecord
from tom_targets.merge import fingerprints
from tom_targets.merge_rows import MergeRefused, Relation, copies, move, relations, restore, tables
from tom_targets.models import BaseTarget, Target, TargetExtra, TargetName


def why_not_undo(record: MergeRecord) -> str:
    """What stands against undoing a merge, in words; empty when nothing does."""
    content, keep = record.content, record.target
    if record.undone:
        return f"This merge was undone on {record.undone:%Y-%m-%d %H:%M} UTC already."
    if record.target_id != content["kept"]:
        return f"{_names(content)[0]} was itself merged into {keep.name} since. Undo that merge first."
    if BaseTarget._base_manager.filter(pk=record.merged_pk).exists():
        return f"There is a target with the key {record.merged_pk} again."
    reasons = [*_changed_fields(content, keep), *_changed_rows(content, keep), *_taken_name(record)]
    return " ".join(reasons)


def _names(content: dict) -> list[str]:
    return [row["fields"]["name"] for row in content["loser"] if "name" in row["fields"]] or ["The target"]


def _changed_fields(content: dict, keep: BaseTarget) -> list[str]:
    stored = {f"{row['model']}.{name}": value for row in copies(tables(keep)) for name, value in row["fields"].items()}
    found = [name.rpartition(".")[2] for name, (_, after) in content["fields"].items() if stored.get(name) != after]
    found += [
        key for key, (_, after) in content["extras"].items()
        if not TargetExtra.objects.filter(target_id=keep.pk, key=key, value=after).exists()
    ]
    return [f"{keep.name} was changed since: {', '.join(found)}."] if found else []


def _changed_rows(content: dict, keep: BaseTarget) -> list[str]:
    now, labels = fingerprints(keep), {relation.name: relation.label for relation in relations()}
    found = []
    for name, (number, known) in content["after"].items():
        if name in now and now[name] != [number, known]:
            more = now[name][0] - number
            what = f"{more} more" if more > 0 else f"{-more} fewer" if more < 0 else "others"
            found.append(f"{labels[name]} ({what})")
    found += [f"{labels[name]} ({now[name][0]} more)" for name in now if name not in content["after"] and now[name][0]]
    return [f"Since the merge there are other {', '.join(found)}; it is not known to which target they belong."
            ] if found else []


def _taken_name(record: MergeRecord) -> list[str]:
    others = BaseTarget.objects.exactly_named(record.merged_name).exclude(pk=record.target_id)
    if others.exists() or record.target.name == record.merged_name:
        return [f"{record.merged_name} is the name of another target by now."]
    return []


@transaction.atomic
def undo_merge(record: MergeRecord, *, actor: Any = None) -> tuple[Target, list[str]]:
    """Bring the merged target back. Returns it, and what could not come back (its group was deleted meanwhile, say).

    Raises MergeRefused when something has built on the merge.
    """
    record = MergeRecord.objects.select_for_update().select_related("target").get(pk=record.pk)
    reason = why_not_undo(record)
    if reason:
        raise MergeRefused(reason)
    content, keep, using = record.content, Target._base_manager.get(pk=record.target_id), record._state.db
    known = {relation.name: relation for relation in relations()}
    moved = [(known[one["relation"]], one) for one in content["moved"] if one["relation"] in known]
    with connections[using].constraint_checks_disabled():
        # Without a word in the timeline, whose readers may not be meant to know the other target.
        TargetName._base_manager.filter(pk__in=content["aliases"], target_id=keep.pk)._raw_delete(using)
        _put_back_values(keep, content)
        lost = restore(content["loser"], using=using)
        if lost:
            raise MergeRefused(f"{record.merged_name} cannot come back: {'; '.join(lost)}.")
        loser = Target._base_manager.using(using).get(pk=record.merged_pk)
        for relation, one in moved:
            lost += _put_back_rows(relation, one, keep, loser)
    actor = actor or current_actor()
    record.undone, record.undone_by_id = timezone.now(), getattr(actor, "pk", None)
    record.save(update_fields=["undone", "undone_by"])
    timeline.record(keep, timeline.UNMERGED, actor=actor, name=loser.name, pk=loser.pk)
    timeline.record(loser, timeline.UNMERGED, actor=actor, name=keep.name, pk=keep.pk)
    return loser, lost


def _put_back_rows(relation: Relation, one: dict, keep: BaseTarget, loser: BaseTarget) -> list[str]:
    if one["keys"]:
        back = move(relation, source=keep, to=loser, keys=one["keys"])
        if back.dropped:
            raise MergeRefused(f"{relation.label} of {loser} and {keep} cannot be told apart any more.")
    for key, values in one["changed"]:
        models.QuerySet.update(relation.model._base_manager.filter(pk=key), **values)
    return restore(one["dropped"], using=loser._state.db)


def _put_back_values(keep: Any, content: dict) -> None:
    """The columns and tags of the target that stays, as they were before."""
    models_by_name = {one._meta.label_lower: one for one in map(type, tables(keep))}
    for name, (before, _) in content["fields"].items():
        label, _, column = name.rpartition(".")
        field = models_by_name[label]._meta.get_field(column)
        setattr(keep, field.attname, field.to_python(before))
    if content["fields"]:
        keep.save()
    for key, (before, _) in content["extras"].items():
        extra = TargetExtra.objects.get(target_id=keep.pk, key=key)
        extra.value = before
        extra.save()
