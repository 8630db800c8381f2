"""How events of a timeline are told: in words for the page, in numbers for the API, to each reader what he may know."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import FieldDoesNotExist

from tom_targets import timeline
from tom_targets.extra_fields import custom_fields, extra_fields
from tom_targets.history import MergeRecord, TargetEvent
from tom_targets.models import BaseTarget, Target


@dataclass(frozen=True)
class Line:
    """One value that changed: '' stands for nothing."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An event in words."""

    event: TargetEvent
    headline: str
    actor: str = ""
    lines: list[Line] = field(default_factory=list)
    record: MergeRecord | None = None


class Teller:
    """Tells events to one reader."""

    def __init__(self, user: Any):
        self.user = user
        self.hidden_extras = {one.name for one in extra_fields(hidden=True)} - {one.name for one in extra_fields()}
        shown = {one.name for one in custom_fields()}
        self.hidden_fields = {one.name for one in custom_fields(hidden=True)} - shown

    def actor(self, event: TargetEvent) -> str:
        """Who did it; visitors are not told names of users."""
        if event.actor_id is None or not self.user.is_authenticated:
            return ""
        return event.actor.get_full_name() or event.actor.get_username()

    def data(self, event: TargetEvent) -> dict[str, Any]:
        """What was written down, without hidden fields, and without a target that the reader may not know of."""
        told = dict(event.data)
        if event.kind in (timeline.FIELDS, timeline.EXTRAS) and isinstance(told.get("changes"), dict):
            hidden = self.hidden_fields if event.kind == timeline.FIELDS else self.hidden_extras
            told["changes"] = {name: pair for name, pair in told["changes"].items() if name not in hidden}
        if event.kind == timeline.CREATED and isinstance(told.get("extras"), dict):
            told["extras"] = {key: value for key, value in told["extras"].items() if key not in self.hidden_extras}
        if event.kind in (timeline.MERGED, timeline.UNMERGED) and not self._may_know(event):
            told.pop("name", None)
            told.pop("pk", None)
        return told

    def _may_know(self, event: TargetEvent) -> bool:
        """Whether the reader may know the target that was merged: it bears a name of this one, or he sees it."""
        if event.kind == timeline.MERGED and event.data.get("name") in event.target.names:
            return True
        return Target.objects.visible_to(self.user).filter(pk=event.data.get("pk")).exists()

    def tell(self, events: Iterable[TargetEvent]) -> list[Told]:
        """Events in words, in their order."""
        events = list(events)
        keys = {event.data.get("record") for event in events if event.kind == timeline.MERGED} - {None}
        records = MergeRecord.objects.defer("content").in_bulk(keys) if keys else {}
        return [self._tell(event, records) for event in events]

    def _tell(self, event: TargetEvent, records: dict[int, MergeRecord]) -> Told:
        data = self.data(event)
        tell = getattr(self, f"_{event.kind}", None) if event.kind in timeline.KINDS else None
        headline, lines = tell(data) if tell is not None else (event.text or timeline.kind_label(event.kind), [])
        if event.text and event.text not in headline:
            headline = f"{headline} {event.text}"
        return Told(event, headline, self.actor(event), lines, records.get(event.data.get("record")))

    # Each kind: data -> headline, lines

    def _created(self, data: dict) -> tuple[str, list[Line]]:
        names = ", ".join(map(str, data.get("names", ())))
        headline = f"Made as {data['name']}" if data.get("name") else "Made"
        headline += f", also called {names}." if names else "."
        return headline, [Line(str(key), "", shown_value(value)) for key, value in data.get("extras", {}).items()]

    def _fields(self, data: dict) -> tuple[str, list[Line]]:
        return "Changed:", [
            Line(field_label(name), shown_value(before, name), shown_value(after, name))
            for name, (before, after) in data["changes"].items()
        ]

    def _extras(self, data: dict) -> tuple[str, list[Line]]:
        return "Tags and further fields:", [
            Line(str(key), shown_value(pair[0]), shown_value(pair[1])) for key, pair in data["changes"].items()
        ]

    def _names(self, data: dict) -> tuple[str, list[Line]]:
        lines = [Line("Alias", "", shown_value(name)) for name in data.get("added", ())]
        lines += [Line("Alias", shown_value(name), "") for name in data.get("removed", ())]
        if data.get("renamed"):
            lines.append(Line("Alias", *map(shown_value, data["renamed"])))
        return "Names:", lines

    def _grouping(self, data: dict) -> tuple[str, list[Line]]:
        return f"{'Put into' if data.get('joined') else 'Taken out of'} the group {data.get('name', '')}.", []

    def _access(self, data: dict) -> tuple[str, list[Line]]:
        actions = ", ".join(map(str, data.get("actions", ())))
        verb = "given to" if data.get("given") else "taken from"
        return f"Access ({actions}) {verb} {data.get('name', 'somebody')}.", []

    def _comment(self, data: dict) -> tuple[str, list[Line]]:
        return "Wrote a comment.", []

    def _merged(self, data: dict) -> tuple[str, list[Line]]:
        return f"{data.get('name', 'Another target')} was merged into this one.", []

    def _unmerged(self, data: dict) -> tuple[str, list[Line]]:
        return f"The merge with {data.get('name', 'another target')} was undone.", []


def field_label(name: str) -> str:
    for model in (Target, BaseTarget):
        try:
            text = str(model._meta.get_field(name).verbose_name)
        except FieldDoesNotExist:
            continue
        return text[:1].upper() + text[1:]
    return name.replace("_", " ")


def shown_value(value: Any, name: str = "") -> str:
    if value is None or value == "":
        return ""
    choices = {}
    if name:
        try:
            choices = dict(Target._meta.get_field(name).flatchoices)
        except FieldDoesNotExist:
            pass
    return str(choices.get(value, "yes" if value is True else "no" if value is False else value))
