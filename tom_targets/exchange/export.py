"""A list of targets as a stream of CSV, ECSV, VOTable or JSON. Memory does not grow with the list.

Targets, aliases and extras are three sorted streams out of the database, put together as they come: the number of
queries does not depend on the number of targets.
"""

import csv
import json
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.db import connections, models
from django.db.models import Count, Max, QuerySet
from django.db.models.expressions import RawSQL

from tom_targets.exchange.cells import guarded
from tom_targets.exchange.mapping import EXTRA_PREFIX, TAG, Assignment, Known, guess
from tom_targets.exchange.tables import Column
from tom_targets.exchange.values import importable_fields, known
from tom_targets.models import Target, TargetExtra, TargetName

ROWS_AT_ONCE = 2000

#: unit and UCD of the fields, for the formats that name them
UNITS = {
    "ra": "deg", "dec": "deg", "epoch": "yr", "parallax": "mas", "pm_ra": "mas/yr", "pm_dec": "mas/yr",
    "galactic_lng": "deg", "galactic_lat": "deg", "distance": "pc", "distance_err": "pc", "epoch_of_elements": "d",
    "mean_anomaly": "deg", "arg_of_perihelion": "deg", "lng_asc_node": "deg", "inclination": "deg",
    "mean_daily_motion": "deg/d", "semimajor_axis": "AU", "epoch_of_perihelion": "d", "ephemeris_period": "d",
    "ephemeris_period_err": "d", "ephemeris_epoch": "d", "ephemeris_epoch_err": "d", "perihdist": "AU",
}
UCDS = {
    "name": "meta.id;meta.main", "ra": "pos.eq.ra;meta.main", "dec": "pos.eq.dec;meta.main",
    "pm_ra": "pos.pm;pos.eq.ra", "pm_dec": "pos.pm;pos.eq.dec", "parallax": "pos.parallax",
    "galactic_lng": "pos.galactic.lon", "galactic_lat": "pos.galactic.lat",
}


@dataclass(frozen=True)
class Heading:
    """A column of the export. `kind` is float, int, bool or text."""

    name: str
    kind: str = "text"
    unit: str = ""
    ucd: str = ""
    description: str = ""
    #: whether an empty text is what an import makes of an empty cell
    empty_is_default: bool = False


class TargetRows:
    """The rows of an export: `headings`, and lists of values by going through it once."""

    def __init__(self, targets: QuerySet):
        #: only the conditions count; what the list page adds for its columns is not asked for
        self.using = targets.db
        # Who may see what is decided once; eight bytes a target are what is held of the list.
        chosen = targets.prefetch_related(None).values_list("pk", flat=True)
        if not targets.query.is_sliced:
            chosen = chosen.order_by()
        self.pks = array("q", chosen.iterator(chunk_size=ROWS_AT_ONCE))
        self.fields = importable_fields()
        self.keys = self._extra_keys()
        self.alias_count = self._most_aliases()
        names = [f"name{number}" for number in range(2, self.alias_count + 2)]
        fields = known()
        self.headings = [
            *map(_heading, self.fields),
            *(Heading(_heading_of_extra(key, fields)) for key in self.keys),
            *(Heading(name, description="A further name") for name in names),
        ]

    def _chosen(self) -> Any:
        """The keys of the targets, as what can stand behind IN: one parameter, where the database takes lists."""
        vendor = connections[self.using].vendor
        if vendor == "sqlite":
            return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(self.pks.tolist())])
        if vendor == "postgresql":
            return RawSQL("SELECT unnest(%s::bigint[])", [self.pks.tolist()])
        return self.pks.tolist()

    def _extra_keys(self) -> list[str]:
        rows = TargetExtra.objects.using(self.using).filter(target__in=self._chosen())
        return sorted(rows.order_by().values_list("key", flat=True).distinct())

    def _most_aliases(self) -> int:
        rows = TargetName.objects.using(self.using).filter(target__in=self._chosen())
        counted = rows.order_by().values("target").annotate(number=Count("pk"))
        return counted.aggregate(most=Max("number"))["most"] or 0

    def __iter__(self) -> Iterator[list[Any]]:
        places = {key: place for place, key in enumerate(self.keys)}
        empty_extras, no_aliases = [None] * len(self.keys), [None] * self.alias_count
        extras = _Follower(self._belonging(TargetExtra, "target_id", "key", "value", order="key"))
        aliases = _Follower(self._belonging(TargetName, "target_id", "name", order="pk"))
        for pk, *values in self._targets():
            own = extras.of(pk)
            if own:
                filled = empty_extras.copy()
                for _, key, value in own:
                    if key in places:
                        filled[places[key]] = value
                values += filled
            else:
                values += empty_extras
            names = [name for _, name in aliases.of(pk)][:self.alias_count]
            values += names + no_aliases[len(names):]
            yield values

    def _targets(self) -> Iterator[tuple]:
        names = [field.attname for field in self.fields]
        rows = Target._base_manager.using(self.using).filter(pk__in=self._chosen()).order_by("pk")
        return rows.values_list("pk", *names).iterator(chunk_size=ROWS_AT_ONCE)

    def _belonging(self, model: type[models.Model], *columns: str, order: str) -> Iterator[tuple]:
        rows = model.objects.using(self.using).filter(target__in=self._chosen()).order_by("target_id", order)
        return rows.values_list(*columns).iterator(chunk_size=ROWS_AT_ONCE)


class _Follower:
    """Rows sorted by target, given out as the targets come by, whose keys rise as well."""

    def __init__(self, rows: Iterator[tuple]):
        self._groups = groupby(rows, key=itemgetter(0))
        self._next: tuple[int, list[tuple]] | None = None
        self._advance()

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = (group[0], list(group[1])) if group else None

    def of(self, pk: int) -> list[tuple]:
        while self._next and self._next[0] < pk:
            self._advance()
        return self._next[1] if self._next and self._next[0] == pk else []


def _heading(field: models.Field) -> Heading:
    kinds = ((models.BooleanField, "bool"), (models.FloatField, "float"), (models.IntegerField, "int"))
    kind = next((name for cls, name in kinds if isinstance(field, cls)), "text")
    return Heading(
        field.name, kind, UNITS.get(field.name, ""), UCDS.get(field.name, ""),
        str(field.help_text or field.verbose_name), empty_is_default=not field.null and field.get_default() == "",
    )


def _heading_of_extra(key: str, fields: Known) -> str:
    """The key; marked where it would be taken for something else when it is read again."""
    if key and key == " ".join(key.split()).lstrip("#") and guess([Column(key)], fields)[0] == Assignment(TAG, key=key):
        return key
    return f"{EXTRA_PREFIX}{key}"


# Formats


class _Echo:
    """A file for csv.writer that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _texts(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def csv_lines(rows: TargetRows) -> Iterator[str]:
    """CSV; what a spreadsheet would run is made safe."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    headings = rows.headings
    yield writer.writerow([guarded(heading.name) for heading in headings])
    texts = [place for place, heading in enumerate(headings) if heading.kind == "text"]
    # An empty text that an import would make of an empty cell anyhow needs no sign.
    bare = {place for place in texts if headings[place].empty_is_default}
    for row in rows:
        for place in texts:
            value = row[place]
            if value is None or (not value and place in bare):
                continue
            if type(value) is not str:
                value = str(_texts(value))
            if not value or not value[0].isalnum():
                value = guarded(value)
            row[place] = value
        yield writer.writerow(row)


def ecsv_lines(rows: TargetRows) -> Iterator[str]:
    """ECSV: a header that names units and types, then CSV."""
    kinds = {"float": "float64", "int": "int64", "bool": "bool", "text": "string"}
    yield "# %ECSV 1.0\n# ---\n# delimiter: ','\n# datatype:\n"
    for heading in rows.headings:
        entry = {"name": heading.name, "datatype": kinds[heading.kind]}
        if heading.unit:
            entry["unit"] = heading.unit
        if heading.description:
            entry["description"] = heading.description
        if heading.ucd:
            entry["meta"] = {"ucd": heading.ucd}
        # JSON is YAML
        yield f"# - {json.dumps(entry, ensure_ascii=True)}\n"
    yield "# schema: astropy-2.0\n"
    writer = csv.writer(_Echo(), lineterminator="\n")
    yield writer.writerow([heading.name for heading in rows.headings])
    for row in rows:
        yield writer.writerow([_texts(value) for value in row])


def votable_lines(rows: TargetRows) -> Iterator[str]:
    """VOTable 1.4 with TABLEDATA."""
    kinds = {"float": 'datatype="double"', "int": 'datatype="long"', "bool": 'datatype="boolean"',
             "text": 'datatype="unicodeChar" arraysize="*"'}
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">\n'
        '<RESOURCE type="results">\n<COOSYS ID="icrs" system="ICRS" epoch="J2000"/>\n<TABLE name="targets">\n'
    )
    ids = _ids([heading.name for heading in rows.headings])
    for known_as, heading in zip(ids, rows.headings, strict=True):
        unit = f" unit={quoteattr(heading.unit)}" if heading.unit else ""
        ucd = f" ucd={quoteattr(heading.ucd)}" if heading.ucd else ""
        frame = ' ref="icrs"' if heading.name in ("ra", "dec") else ""
        described = f"<DESCRIPTION>{escape(heading.description)}</DESCRIPTION>" if heading.description else ""
        name = quoteattr(_xml_text(heading.name))
        yield f'<FIELD ID="{known_as}" name={name} {kinds[heading.kind]}{unit}{ucd}{frame}>{described}</FIELD>\n'
    yield "<DATA><TABLEDATA>\n"
    for row in rows:
        yield f"<TR>{''.join(map(_cell, row))}</TR>\n"
    yield "</TABLEDATA></DATA>\n</TABLE>\n</RESOURCE>\n</VOTABLE>\n"


def _ids(names: list[str]) -> list[str]:
    """An XML id for each column: its name, by which astropy then knows it, where that can be one."""
    used = {"icrs"}
    ids = []
    for place, name in enumerate(names):
        known_as = name if re.fullmatch(r"[A-Za-z_][\w.-]*", name, re.ASCII) and name not in used else f"column-{place}"
        used.add(known_as)
        ids.append(known_as)
    return ids


#: characters that XML cannot hold
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _cell(value: Any) -> str:
    if value is None:
        return "<TD/>"
    if isinstance(value, float):
        return f"<TD>{value!r}</TD>"
    # A carriage return would come back as a line feed
    return f"<TD>{escape(_xml_text(str(_texts(value))), {chr(13): '&#13;'})}</TD>"


def json_lines(rows: TargetRows) -> Iterator[str]:
    """A list of objects, one a line; every object has every key."""
    names = [heading.name for heading in rows.headings]
    encode = json.JSONEncoder(ensure_ascii=False, default=str).encode
    before = "[\n"
    for row in rows:
        yield before + encode(dict(zip(names, map(_texts, row), strict=True)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


@dataclass(frozen=True)
class Format:
    label: str
    suffix: str
    content_type: str
    lines: Callable[[TargetRows], Iterator[str]]


FORMATS = {
    "csv": Format("CSV", "csv", "text/csv; charset=utf-8", csv_lines),
    "ecsv": Format("ECSV", "ecsv", "text/plain; charset=utf-8", ecsv_lines),
    "votable": Format("VOTable", "vot", "application/x-votable+xml; charset=utf-8", votable_lines),
    "json": Format("JSON", "json", "application/json; charset=utf-8", json_lines),
}


def export_lines(targets: QuerySet, name: str = "csv") -> Iterator[str]:
    """The targets in one of FORMATS, in the order in which they were made. Raises KeyError for another format."""
    return FORMATS[name].lines(TargetRows(targets))


def in_pieces(lines: Iterable[str], size: int = 65536) -> Iterator[bytes]:
    """Lines as UTF-8, put together to pieces that a web server likes."""
    held: list[str] = []
    length = 0
    for line in lines:
        held.append(line)
        length += len(line)
        if length >= size:
            yield "".join(held).encode("utf-8", "replace")
            held, length = [], 0
    if held:
        yield "".join(held).encode("utf-8", "replace")

