"""Which column of a table is which field of a target, and in which unit. Names, UCDs and units in, guesses out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from tom_targets.exchange.tables import Column, TableError

#: what a column may be, beside a field of the target
ALIAS, GROUPS, POSITION, TAG, NOTHING = "alias", "groups", "position", "tag", ""

#: kind of quantity -> {unit: label}; the first is the field's own
UNITS: dict[str, dict[str, str]] = {
    "ra": {"": "degrees, or 12:30:49", "deg": "degrees", "hour": "hours", "rad": "radians"},
    "dec": {"": "degrees, or +12:23:28", "rad": "radians"},
    "angle": {"deg": "degrees", "rad": "radians", "hourangle": "hours"},
    "motion": {"mas/yr": "mas/yr", "arcsec/yr": "arcsec/yr", "deg/yr": "degrees/yr", "arcsec/h": "arcsec/hour"},
    "parallax": {"mas": "mas", "arcsec": "arcsec"},
    "distance": {"pc": "pc", "kpc": "kpc", "Mpc": "Mpc", "lyr": "light years"},
    "length": {"AU": "au", "km": "km"},
    "rate": {"deg/d": "degrees/day", "rad/d": "radians/day", "arcsec/d": "arcsec/day"},
    "time": {"d": "days", "h": "hours", "min": "minutes", "s": "seconds", "yr": "years"},
    "mjd": {"mjd": "MJD", "jd": "JD"},
}
KINDS = {
    "ra": "ra", "dec": "dec", "pm_ra": "motion", "pm_dec": "motion", "parallax": "parallax", "distance": "distance",
    "distance_err": "distance", "galactic_lng": "angle", "galactic_lat": "angle", "mean_anomaly": "angle",
    "arg_of_perihelion": "angle", "lng_asc_node": "angle", "inclination": "angle", "mean_daily_motion": "rate",
    "semimajor_axis": "length", "perihdist": "length", "epoch_of_elements": "mjd", "epoch_of_perihelion": "mjd",
    "ephemeris_period": "time", "ephemeris_period_err": "time", "ephemeris_epoch_err": "time",
}
#: field -> names under which catalogues have it, simplified as by `_simple`
SYNONYMS = {
    "name": "target targetname object objectname objname objectid sourcename mainid iauname identifier id designation "
            "source star source_id gaiaid",
    "ra": "rightascension radeg raj2000 raj2000deg rajd raicrs alpha alphaj2000 rahms rahours rah radegrees meanra",
    "dec": "declination decdeg de dej2000 decj2000 dej2000deg deicrs dedeg delta deltaj2000 decl decdms decdegrees "
           "meandec",
    "pm_ra": "pmra pmrac pmracosdec pmracosd propermotionra mura pmr",
    "pm_dec": "pmdec pmde propermotiondec mudec pmd",
    "parallax": "plx parallaxmas",
    "distance": "dist distancepc",
    "distance_err": "distanceerror disterr edistance",
    "galactic_lng": "l glon gallon galacticlongitude",
    "galactic_lat": "b glat gallat galacticlatitude",
    "epoch": "equinoxepoch coordinateepoch refepoch",
    "type": "targettype",
    "scheme": "elementscheme",
    "epoch_of_elements": "epochmjd elementepoch",
    "mean_anomaly": "ma meananom m",
    "arg_of_perihelion": "argperi argumentofperihelion peri w omega",
    "lng_asc_node": "node longascnode longitudeofascendingnode om ascendingnode",
    "inclination": "incl i",
    "eccentricity": "ecc e",
    "semimajor_axis": "a sma semimajoraxisau",
    "mean_daily_motion": "n meanmotion",
    "perihdist": "q periheliondistance",
    "epoch_of_perihelion": "tp timeofperihelion perihelionepoch",
    "abs_mag": "h absmag absolutemagnitude m1",
    "slope": "g slopeparameter k1",
    "ephemeris_period": "period",
    "ephemeris_period_err": "perioderr",
    "ephemeris_epoch": "t0 epht0",
}
UCDS = (
    ("meta.id", "name"), ("pos.eq.ra", "ra"), ("pos.eq.dec", "dec"), ("pos.pm;pos.eq.ra", "pm_ra"),
    ("pos.pm;pos.eq.dec", "pm_dec"), ("pos.parallax", "parallax"), ("pos.galactic.lon", "galactic_lng"),
    ("pos.galactic.lat", "galactic_lat"),
)
#: columns of an export that a TOM keeps by itself
BOOKKEEPING = {"id", "pk", "created", "modified", "healpix", "name_simplified", "basetarget_ptr", "basetarget_ptr_id"}
#: columns of the file of refused rows
REFUSAL_COLUMNS = ("import line", "import reason")
EXTRA_PREFIX = "extra:"

_ALIAS = re.compile(r"(name|alias|aliases|other ?names?|alt(ernate)? ?names?)[ _-]?([2-9]|[1-9]\d+)?", re.I)
_UNIT_IN_NAME = re.compile(r"^(.*?)[ _]*[\[(]([^\])]*)[\])]\s*$")


@dataclass(frozen=True)
class Assignment:
    """What becomes of one column: `to` is a field's name, ALIAS, GROUPS, POSITION, TAG or NOTHING; `key` names the
    extra.

    `unit` is a key of UNITS of the field's kind.
    """

    to: str = NOTHING
    unit: str = ""
    key: str = ""

    def as_json(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True)
class Known:
    """What targets of this TOM have: their fields ({name: label}) and the extras it declares ({name: type})."""

    fields: Mapping[str, str]
    extras: Mapping[str, str] = field(default_factory=dict)


def guess(columns: Sequence[Column], known: Known) -> list[Assignment]:
    """An assignment for each column. What nobody knows becomes a tag of the column's name."""
    found: list[Assignment] = []
    taken: set[str] = set()
    # Names that are exactly a field's win over similar ones, wherever they stand.
    exact = {_simple(name): name for name in known.fields}
    short = _short_names({_simple(_bare(column.name)[0]) for column in columns})
    reserved = {exact[_simple(column.name)] for column in columns if _simple(column.name) in exact}
    for column in columns:
        to = _field_of(column, known, taken, reserved, short)
        if to in known.fields or to == POSITION:
            taken.add(to)
        found.append(_assigned(column, to, known))
    return found


def _short_names(names: set[str]) -> set[str]:
    """Names of one letter that can be believed: g and i are filters, unless the table has orbits."""
    shape, size = {"e", "ecc", "eccentricity"}, {"a", "q", "sma", "semimajoraxis", "perihdist"}
    orbits = bool(names & shape and names & size)
    galactic = {"l", "b"} if {"l", "b"} <= names else set()
    return galactic | (set("aehimnqgw") if orbits else set())


def _field_of(column: Column, known: Known, taken: set[str], reserved: set[str], short: set[str]) -> str:
    name = column.name.strip()
    if name in REFUSAL_COLUMNS or name.lower() in BOOKKEEPING - {"id"}:
        return NOTHING
    if name.startswith(EXTRA_PREFIX) or name in known.extras:
        return TAG
    if name in known.fields and name not in taken:
        return name
    if name.lower() == "groups":
        return GROUPS
    bare, _ = _bare(name)
    by_ucd = _by_ucd(column.ucd)
    for candidate in (_by_name(bare, known, short), by_ucd):
        if candidate in known.fields and candidate not in taken and candidate not in reserved - {_exact(bare, known)}:
            return candidate
    if _ALIAS.fullmatch(bare):
        return ALIAS
    if _simple(bare) in ("position", "coordinates", "coords", "coord", "radec", "pos") and POSITION not in taken:
        return POSITION
    return NOTHING if name.lower() == "id" else TAG


def _assigned(column: Column, to: str, known: Known) -> Assignment:
    if to == TAG:
        name = column.name
        return Assignment(TAG, key=name.removeprefix(EXTRA_PREFIX) if name.startswith(EXTRA_PREFIX) else name)
    if to not in KINDS:
        return Assignment(to)
    return Assignment(to, unit_of(to, column))


def may_be_hours(assignment: Assignment, samples: Iterable[str | None]) -> bool:
    """Whether a column of plain right ascensions, taken for degrees, holds nothing above 24."""
    if assignment.to != "ra" or assignment.unit:
        return False
    given = [text for text in samples if text and text.strip()]
    try:
        return len(given) > 1 and max(map(float, given)) <= 24
    except ValueError:
        return False


def unit_of(to: str, column: Column) -> str:
    """The unit of a field's column, from what the file and the column's name say; the field's own when they do not.

    A Julian Date is only taken for one when somebody says so.
    """
    choices = UNITS[KINDS[to]]
    own = next(iter(choices))
    said = column.unit or _bare(column.name)[1] or {"rah": "h", "rahours": "h", "radeg": "deg"}.get(
        _simple(column.name), ""
    )
    if KINDS[to] == "mjd" or not said:
        return own
    plain = _plain_unit(said)
    if KINDS[to] == "ra":
        return {"h": "hour", "hr": "hour", "hour": "hour", "hours": "hour", "hourangle": "hour", "15deg": "hour",
                "rad": "rad", "deg": "deg"}.get(plain, own)
    for unit in choices:
        if unit and _plain_unit(unit) == plain:
            return unit
    return own


def _plain_unit(text: str) -> str:
    plain = text.strip().lower().replace(" ", "").replace("^", "").replace("**", "")
    plain = re.sub(r"\.?(yr|year|a|d|day|h)\(?-1\)?$", r"/\1", plain)
    plain = re.sub(r"/a$", "/yr", plain)
    for long, short in (("degrees", "deg"), ("degree", "deg"), ("radians", "rad"), ("milliarcsec", "mas"),
                        ("arcseconds", "arcsec"), ("/year", "/yr"), ("/day", "/d"), ("days", "d"), ("parsec", "pc"),
                        ("years", "yr")):
        plain = plain.replace(long, short)
    return {"ly": "lyr", "hours": "h", '"/yr': "arcsec/yr", "asec/yr": "arcsec/yr", "day": "d"}.get(plain, plain)


def _bare(name: str) -> tuple[str, str]:
    """`pmRA [mas/yr]` as its name and its unit."""
    match = _UNIT_IN_NAME.match(name.strip())
    return (match.group(1), match.group(2)) if match and match.group(1) else (name.strip(), "")


def _simple(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _exact(name: str, known: Known) -> str:
    simple = _simple(name)
    return next((known_name for known_name in known.fields if _simple(known_name) == simple), "")


def _by_name(name: str, known: Known, short: set[str]) -> str:
    exact = _exact(name, known)
    if exact:
        return exact
    simple = _simple(name)
    if len(simple) == 1 and simple not in short:
        return ""
    for known_name, synonyms in SYNONYMS.items():
        if simple in synonyms.split():
            return known_name
    return next((name for name, label in known.fields.items() if _simple(str(label)) == simple), "")


def _by_ucd(ucd: str) -> str:
    words = ucd.lower().replace("_main", "").strip()
    main = words.removesuffix(";meta.main")
    if words.startswith("stat.error") or not words:
        return ""
    return next((name for known, name in UCDS if main == known and (name != "name" or "meta.main" in words)), "")


def checked(assignments: Sequence[Assignment], columns: Sequence[Column], known: Known) -> list[str]:
    """What is wrong with a mapping, in words for people; nothing when it can be used."""
    problems, taken = [], {}
    if len(assignments) != len(columns):
        return ["The file has other columns than before; choose them again."]
    for column, assignment in zip(columns, assignments, strict=True):
        to = assignment.to
        if to not in (ALIAS, GROUPS, POSITION, TAG, NOTHING) and to not in known.fields:
            problems.append(f"Targets have no field {to} (column {column.name}).")
        key = f"{TAG} {assignment.key}" if to == TAG else to
        if to == TAG and not 0 < len(assignment.key) <= 200:
            problems.append(f"The tag of column {column.name} needs a name of at most 200 characters.")
        if to not in (ALIAS, GROUPS, NOTHING) and key in taken:
            problems.append(f"The columns {taken[key]} and {column.name} are both {_label(assignment, known)}.")
        taken.setdefault(key, column.name)
    if "name" not in taken:
        problems.append("One column has to be the name of the targets.")
    if POSITION in taken and {"ra", "dec"} & set(taken):
        problems.append("A column has the whole position: right ascension or declination cannot come from another.")
    if ("ra" in taken) != ("dec" in taken):
        there, missing = ("right ascension", "declination") if "ra" in taken else ("declination", "right ascension")
        problems.append(f"There is a column for {there}, but none for {missing}.")
    return problems


def _label(assignment: Assignment, known: Known) -> str:
    if assignment.to == TAG:
        return f"the tag {assignment.key}"
    return {POSITION: "the position"}.get(assignment.to) or str(known.fields.get(assignment.to, assignment.to))


def from_json(stored: Iterable[Mapping[str, Any]]) -> list[Assignment]:
    """Assignments as `Assignment.as_json` wrote them."""
    return [Assignment(str(one["to"]), str(one.get("unit", "")), str(one.get("key", ""))) for one in stored]


def factor(to: str, unit: str) -> float:
    """By how much a value in `unit` is multiplied to be in the unit of the field. 1.0 for the field's own unit."""
    kind = KINDS.get(to)
    own = next(iter(UNITS[kind])) if kind else ""
    if kind in (None, "ra", "dec", "mjd") or unit in ("", own):
        return 1.0
    if unit not in UNITS[kind]:
        raise TableError(f"{unit} is no unit of {to}.")
    import astropy.units as u  # heavy

    exact = float(u.Unit(unit).to(u.Unit(own)))
    # 1000 for arcsec in mas, not 999.9999999999999
    return float(round(exact)) if abs(exact - round(exact)) < 1e-9 * abs(exact) else exact
