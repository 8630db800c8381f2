"""Rows of text to checked values of targets, column by column: what is wrong with a cell is told for its row alone."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import compress
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from tom_targets.base_models import IGNORE_FIELDS
from tom_targets.exchange import mapping
from tom_targets.exchange.mapping import ALIAS, GROUPS, NOTHING, POSITION, TAG, Assignment, Known
from tom_targets.exchange.rows import Row
from tom_targets.exchange.tables import Line
from tom_targets.extra_fields import extra_fields
from tom_targets.extras import as_bool, as_number, as_time
from tom_targets.models import BaseTarget, Target
from tom_targets.validators import POSITIVE, RANGES, element_errors, range_problem

#: values of a column, and what is wrong with some of them: {place in the column: message}
Converted = tuple[list, dict[int, str]]

MAX_NAME = BaseTarget._meta.get_field("name").max_length
MAX_KEY = 200


def importable_fields() -> list[models.Field]:
    """The columns of a target that a table may bring: all but those that a TOM keeps by itself."""
    return [
        field for field in Target._meta.concrete_fields
        if field.name not in IGNORE_FIELDS and field.editable and not field.primary_key
        and not field.is_relation
    ]


def known() -> Known:
    """The fields and declared extras of this TOM's targets."""
    return Known(
        {field.name: str(field.verbose_name) for field in importable_fields()},
        {field.name: field.type for field in extra_fields(hidden=True)},
    )


class RowMaker:
    """Makes rows of lines, by the assignments of the columns.

    `groups` are the permission groups that the table may name: {name: group}.
    """

    def __init__(self, assignments: Sequence[Assignment], groups: dict[str, Any]):
        self.groups = groups
        self.assignments = list(assignments)
        self.width = len(self.assignments)
        fields = {field.name: field for field in importable_fields()}
        types = {field.name: field.type for field in extra_fields(hidden=True)}
        self.columns: list[tuple[int, str, Callable[[Sequence], Converted], bool]] = []
        self.tags: list[tuple[int, str, str]] = []
        self.places: dict[str, list[int]] = {ALIAS: [], GROUPS: [], POSITION: []}
        for index, one in enumerate(self.assignments):
            if one.to in self.places:
                self.places[one.to].append(index)
            elif one.to == TAG:
                self.tags.append((index, one.key, types.get(one.key, "string")))
            elif one.to != NOTHING:
                field = fields[one.to]
                self.columns.append((index, one.to, converter(field, one.unit), field.null))
        self.own_check = any(
            getattr(Target, name) is not getattr(BaseTarget, name) for name in ("clean", "clean_fields", "full_clean")
        )

    def make(self, lines: Sequence[Line]) -> list[Row]:
        """A row for each line; rows with bad values bear a verdict."""
        rows = [Row(line.number, line.cells) for line in lines]
        for row, line in zip(rows, lines, strict=True):
            if line.problem:
                row.refuse("", line.problem)
        good = [row for row in rows if row.verdict is None]
        if good:
            columns = list(zip(*(row.cells for row in good), strict=True))
            self._fill_fields(good, columns)
            self._fill_tags(good, columns)
            self._fill_names(good, columns)
            self._fill_groups(good, columns)
            self._check(good)
        return rows

    def _fill_fields(self, rows: list[Row], columns: list[tuple]) -> None:
        for index, name, convert, nullable in self.columns:
            values, problems = convert(columns[index])
            if nullable:
                for row, value in zip(rows, values, strict=True):
                    row.values[name] = value
            else:
                for row, value in zip(rows, values, strict=True):
                    if value is not None:
                        row.values[name] = value
            for place, message in problems.items():
                rows[place].refuse(name, f"{name}: {message}")
            self._check_range(rows, name, values)
        for index in self.places[POSITION]:
            self._fill_position(rows, columns[index])

    def _check_range(self, rows: list[Row], name: str, values: list) -> None:
        """Only when the smallest or largest is out of range is each looked at. Angles were judged as they were read."""
        if name in ("ra", "dec") or (name not in RANGES and name not in POSITIVE):
            return
        given = [value for value in values if value is not None]
        if not given or not (range_problem(name, min(given)) or range_problem(name, max(given))):
            return
        for row, value in zip(rows, values, strict=True):
            if problem := range_problem(name, value):
                row.refuse(name, f"{name}: {problem}")

    def _fill_position(self, rows: list[Row], texts: Sequence[str | None]) -> None:
        from tom_common.astro.angles import AngleError, parse_position

        for row, text in zip(rows, texts, strict=True):
            if text is None or not text.strip():
                continue
            try:
                row.values["ra"], row.values["dec"] = parse_position(text)
            except AngleError as error:
                row.refuse("ra", f"position: {error}")

    def _fill_tags(self, rows: list[Row], columns: list[tuple]) -> None:
        for index, key, kind in self.tags:
            texts = columns[index]
            for row, text in zip(rows, texts, strict=True):
                if text is not None:
                    row.extras[key] = text
            for place, message in typed_problems(texts, kind).items():
                rows[place].refuse(key, f"{key}: {message}")

    def _fill_names(self, rows: list[Row], columns: list[tuple]) -> None:
        for index in self.places[ALIAS]:
            for row, text in zip(rows, columns[index], strict=True):
                if text is None:
                    continue
                alias = text.strip()
                if len(alias) > MAX_NAME:
                    row.refuse("alias", f"alias: it has {len(alias)} characters, at most {MAX_NAME} can be stored.")
                elif alias and alias != row.values.get("name") and alias not in row.aliases:
                    row.aliases.append(alias)

    def _fill_groups(self, rows: list[Row], columns: list[tuple]) -> None:
        for index in self.places[GROUPS]:
            for row, text in zip(rows, columns[index], strict=True):
                for name in named_groups(text, self.groups):
                    group = self.groups.get(name)
                    if group is None:
                        # Whether another team's group exists is not told.
                        row.refuse("groups", f"groups: you are in no group named {name}.")
                    elif group not in row.groups:
                        row.groups.append(group)

    def _check(self, rows: list[Row]) -> None:
        """What concerns a row as a whole."""
        for row in rows:
            if row.verdict is not None:
                continue
            values = row.values
            if not values.get("name"):
                row.refuse("name", "name: there is none.")
                continue
            moving = values.get("type") == BaseTarget.NON_SIDEREAL
            if not values.get("type"):
                moving = values.get("ra") is None and values.get("eccentricity") is not None
                values["type"] = BaseTarget.NON_SIDEREAL if moving else BaseTarget.SIDEREAL
                row.assumed = "type"
            if moving or values.get("scheme") or (values.get("ra") is None) is not (values.get("dec") is None):
                for name, messages in element_errors(values).items():
                    row.refuse(name, f"{name}: {' '.join(messages)}")
            if self.own_check and row.verdict is None:
                self._ask_the_project(row)

    @staticmethod
    def _ask_the_project(row: Row) -> None:
        """The target class of the project has checks of its own, which may also fill in values."""
        target = Target(**row.values)
        try:
            target.full_clean(validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                row.refuse(name, " ".join(messages) if name == "__all__" else f"{name}: {' '.join(messages)}")
        else:
            row.values |= {field.name: getattr(target, field.attname) for field in importable_fields()}


def named_groups(text: str | None, groups: dict[str, Any]) -> list[str]:
    """The names in a cell; a name that has a comma itself is one."""
    if not text or not text.strip():
        return []
    if text.strip() in groups:
        return [text.strip()]
    return [name for part in text.split(",") if (name := part.strip())]


def typed_problems(texts: Sequence[str | None], kind: str) -> dict[int, str]:
    """Which texts are none of the declared type of an extra: {place: message}."""
    reads = {"number": (as_number, "a number"), "boolean": (as_bool, "true or false"), "datetime": (as_time, "a time")}
    if kind not in reads:
        return {}
    read, wanted = reads[kind]
    return {
        place: f"{_shown(text)} is not {wanted}." for place, text in enumerate(texts)
        if text is not None and text.strip() and read(text) is None
    }


# Columns


def converter(field: models.Field, unit: str) -> Callable[[Sequence[str | None]], Converted]:
    """What turns the texts of a column into values of that field."""
    kind = mapping.KINDS.get(field.name)
    if kind in ("ra", "dec"):
        return lambda texts: angles(texts, kind, unit)
    if kind == "mjd":
        return lambda texts: dates(texts, unit)
    if field.name == "name":
        return names
    if field.choices:
        return lambda texts: choices(texts, field)
    if isinstance(field, models.FloatField):
        factor = mapping.factor(field.name, unit)
        return lambda texts: numbers(texts, factor)
    if isinstance(field, models.BooleanField):
        return lambda texts: parsed(texts, as_bool, "true or false")
    if isinstance(field, models.DateTimeField):
        return lambda texts: parsed(texts, as_time, "a time")
    return lambda texts: cleaned(texts, field)


def names(texts: Sequence[str | None]) -> Converted:
    values = [" ".join(text.split()) if text else None for text in texts]
    problems = {
        place: f"it has {len(value)} characters, at most {MAX_NAME} can be stored."
        for place, value in enumerate(values) if value is not None and len(value) > MAX_NAME
    }
    return values, problems


def numbers(texts: Sequence[str | None], factor: float = 1.0) -> Converted:
    """Finite numbers; multiplied, where the column is in another unit."""
    problems: dict[int, str] = {}
    try:
        values = [float(text) if text is not None else None for text in texts]
        # One sum tells whether a NaN or an infinity is among them; 1_000 is Python's, not an astronomer's.
        total = sum(value for value in values if value is not None)
        if not math.isfinite(total) or "_" in "".join(compress(texts, texts)):
            raise ValueError
    except ValueError:
        values = []
        for place, text in enumerate(texts):
            value, message = number(text)
            values.append(value)
            if message:
                problems[place] = message
    if factor != 1.0:
        values = [value * factor if value is not None else None for value in values]
    return values, problems


def number(text: str | None) -> tuple[float | None, str]:
    """One number, or what is wrong with it."""
    if text is None or not text.strip():
        return None, ""
    try:
        value = float(text) if "_" not in text else math.nan
    except ValueError:
        hint = " Write a point, not a comma." if text.count(",") == 1 and as_number(text.replace(",", ".")) else ""
        return None, f"{_shown(text)} is not a number.{hint}"
    if not math.isfinite(value):
        return None, f"{_shown(text)} is not a finite number. Leave the cell empty where there is no value."
    return value, ""


def angles(texts: Sequence[str | None], kind: str, unit: str) -> Converted:
    """RA or Dec in any notation, as degrees."""
    from tom_common.astro.angles import AngleError, parse_dec, parse_ra

    values: list[float | None] = []
    problems: dict[int, str] = {}
    plain, low, high = unit in ("", "deg"), (0.0 if kind == "ra" else -90.0), (360.0 if kind == "ra" else 90.0)
    for place, text in enumerate(texts):
        if text is None or not text.strip():
            values.append(None)
            continue
        try:
            value = float(text)
        except ValueError:
            value = None
        try:
            if value is not None and plain and low <= value <= high and value != 360.0 and "_" not in text:
                values.append(value)
            elif unit == "rad" and value is not None:
                values.append(parse_ra(math.degrees(value)) if kind == "ra" else parse_dec(math.degrees(value)))
            elif kind == "ra":
                values.append(parse_ra(text, unit="hour" if unit == "hour" else "deg" if unit == "deg" else None))
            else:
                values.append(parse_dec(text))
        except AngleError as error:
            values.append(None)
            problems[place] = str(error)
    return values, problems


def dates(texts: Sequence[str | None], unit: str) -> Converted:
    """Modified Julian Dates; from Julian ones when the column is said to hold them."""
    from tom_common.astro.times import TimeError, check_mjd, jd_to_mjd, looks_like_jd

    values, problems = numbers(texts)
    for place, value in enumerate(values):
        if value is None:
            continue
        if unit == "jd" and not looks_like_jd(value):
            problems[place] = f"{value:.10g} is not a Julian Date."
            continue
        values[place] = value = float(jd_to_mjd(value)) if unit == "jd" else value
        try:
            check_mjd(value, what="The value")
        except TimeError as error:
            problems[place] = str(error)
    return values, problems


def choices(texts: Sequence[str | None], field: models.Field) -> Converted:
    """One of the field's choices, by its value or its label, in upper or lower case."""
    known_words: dict[str, Any] = {}
    for value, label in reversed(field.flatchoices):
        known_words |= {str(label).casefold(): value, str(value).casefold(): value}
    values, problems = [], {}
    for place, text in enumerate(texts):
        value = None if text is None else known_words.get(text.strip().casefold())
        if value is None and text is not None and text.strip():
            wanted = ", ".join(str(value) for value, _ in field.flatchoices if value)
            problems[place] = f"{_shown(text)} is none of {wanted}."
        values.append(value)
    return values, problems


def parsed(texts: Sequence[str | None], read: Callable[[str], Any], wanted: str) -> Converted:
    """Values that `read` understands; it gives None for others."""
    values = [read(text) if text is not None and text.strip() else None for text in texts]
    problems = {
        place: f"{_shown(text)} is not {wanted}." for place, (text, value) in enumerate(zip(texts, values, strict=True))
        if value is None and text is not None and text.strip()
    }
    return values, problems


def cleaned(texts: Sequence[str | None], field: models.Field) -> Converted:
    """Whatever the field itself makes of a text."""
    values, problems = [], {}
    keeps_spaces = isinstance(field, (models.CharField, models.TextField))
    for place, text in enumerate(texts):
        if text is None or (not keeps_spaces and not text.strip()):
            values.append(None)
            continue
        try:
            values.append(field.to_python(text))
            field.run_validators(values[-1])
        except ValidationError as error:
            values = [*values[:place], None]
            problems[place] = " ".join(error.messages)
    return values, problems


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def headed(lines: Iterable[Line], size: int) -> Iterable[list[Line]]:
    """Lines in batches of `size`."""
    batch: list[Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch
