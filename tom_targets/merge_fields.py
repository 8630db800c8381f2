"""The values of two targets side by side, for the page on which they are merged."""

from typing import Any

from tom_targets import merge
from tom_targets.models import Target
from tom_targets.telling import shown_value


def merge_fields(target1: Target, target2: Target, chosen: dict[str, str] | None = None) -> dict[str, Any]:
    """What `target_merge_fields.html` places: a row for each field that one of the two has a value for."""
    rows = []
    for choice in merge.choices_of(target1, target2):
        name = choice.key if choice.key.startswith(merge.EXTRA_PREFIX) else f"field:{choice.key}"
        shown = [shown_value(value, "" if name == choice.key else choice.key) for value in choice.values]
        if choice.hidden or not any(shown):
            continue
        default = target2.pk if choice.default == merge.FOLD_IN else target1.pk
        rows.append({
            "name": name, "label": choice.label, "differs": choice.differs, "value1": shown[0], "value2": shown[1],
            "chosen": str((chosen or {}).get(name, default)),
        })
    return {"target1": target1, "target2": target2, "rows": rows, "pk1": str(target1.pk), "pk2": str(target2.pk)}
