"""The values of two targets side by side, for the page on which they are merged."""

from collections.abc import Mapping
from typing import Any

from tom_targets import merge
from tom_targets.models import Target
from tom_targets.telling import shown_value


def merge_fields(
    target1: Target, target2: Target, chosen: Mapping[str, str] | None = None, keep_pk: Any = None,
) -> dict[str, Any]:
    """What `target_merge_fields.html` places: a row for each field that one of the two has a value for.

    `chosen`: {name of the radio button: key of a target}; without it, what is proposed when `keep_pk` stays.
    """
    swapped, rows = str(keep_pk) == str(target2.pk), []
    keep, other = (target2, target1) if swapped else (target1, target2)
    for choice in merge.choices_of(keep, other):
        is_extra = choice.key.startswith(merge.EXTRA_PREFIX)
        name = choice.key if is_extra else f"field:{choice.key}"
        shown = [shown_value(value, "" if is_extra else choice.key) for value in choice.values]
        if choice.hidden or not any(shown):
            continue
        default = other.pk if choice.default == merge.FOLD_IN else keep.pk
        value1, value2 = reversed(shown) if swapped else shown
        rows.append({
            "name": name, "label": choice.label, "differs": choice.differs, "value1": value1, "value2": value2,
            "chosen": str((chosen or {}).get(name, default)),
        })
    return {"target1": target1, "target2": target2, "rows": rows, "pk1": str(target1.pk), "pk2": str(target2.pk)}
