"""Ask one catalogue, and say in plain words what came of it. Nothing is raised.

    answer = resolve("Simbad", "M31")
    answer = resolve("NED", "10:08:22.3 +12:18:23", radius_arcsec=60)

This waits for the catalogue. Pages do not: they use `tom_catalogs.services`, which keeps answers and leaves the asking
to a job.
"""

import logging
import re
from dataclasses import dataclass, replace
from typing import Any

from tom_catalogs.answers import Answer, Status, target_fields
from tom_catalogs.harvester import (
    AbstractHarvester,
    MissingDataException,
    SeveralMatchesException,
    get_service_classes,
)
from tom_common.exceptions import (
    ImproperCredentialsException,
    RemoteAnswerInvalid,
    RemoteCredentialsRejected,
    RemoteError,
    RemoteRejected,
    RemoteTimeout,
    RemoteUnavailable,
)

logger = logging.getLogger(__name__)

DEFAULT_RADIUS_ARCSEC = 30.0
LARGEST_RADIUS_ARCSEC = 3600.0
LONGEST_TERM = 200

#: A position is told from a name that holds digits and a sign (0716+714, 4U 1820-30) by how it is written.
_WRITTEN_AS_POSITION = re.compile(r"\d\s*[:°′'\"ʰ]|\d\s*h\s*\d|\d\s*d\s*\d|\d\.\d+\s*[,;\s]\s*[+-]?\d|ra\s*[:=]", re.I)
#: A survey's prefix before the J makes a designation a name (SDSS J123049.42+122328.0), as do hours and minutes run
#: together (0016+73).
_DESIGNATION = re.compile(r"\s*[A-Za-z0-9]*[A-Za-z][\w -]*?\s*[JB]\s?\d{4,}.*|[JB]?\d{4}[+-]\d{2,4}")


class TermError(ValueError):
    """What was typed cannot be asked; the message tells why."""


@dataclass(frozen=True)
class Term:
    """What is asked: a name, or a position (degrees, ICRS) with a radius."""

    text: str
    ra: float | None = None
    dec: float | None = None
    radius_arcsec: float = DEFAULT_RADIUS_ARCSEC

    @property
    def is_position(self) -> bool:
        return self.ra is not None

    @property
    def shown(self) -> str:
        """The position for people; empty for a name."""
        from tom_common.astro.angles import format_position

        return format_position(self.ra, self.dec) if self.is_position else ""

    @property
    def key(self) -> str:
        """Equal for terms that ask the same."""
        return f"{self.ra!r} {self.dec!r} {self.radius_arcsec:g}" if self.is_position else self.text


def parse_term(text: str, radius_arcsec: float | None = None) -> Term:
    """What a person typed, as name or position. A position may be in any notation that `parse_position` reads.

    Raises TermError for an empty or endless text, and for what is written as a position but is none.
    """
    from tom_common.astro.angles import AngleError, parse_position  # heavy: only when something is asked

    term = " ".join("".join(character if character.isprintable() else " " for character in str(text or "")).split())
    if not term:
        raise TermError("Type a name or a position.")
    if len(term) > LONGEST_TERM:
        raise TermError(f"This has {len(term)} characters; a name or position has at most {LONGEST_TERM}.")
    radius = DEFAULT_RADIUS_ARCSEC if radius_arcsec is None else radius_arcsec
    if not 0 < radius <= LARGEST_RADIUS_ARCSEC:
        raise TermError(f"The radius lies between 0 and {LARGEST_RADIUS_ARCSEC:g}″, not {radius:g}″.")
    if _DESIGNATION.fullmatch(term):
        return Term(term)
    try:
        ra, dec = parse_position(term)
    except AngleError as error:
        if _WRITTEN_AS_POSITION.search(term):
            raise TermError(str(error)) from error
        return Term(term)
    return Term(term, ra, dec, radius)


def resolve(
    harvester_name: str, term: str | Term | tuple[float, float], *, radius_arcsec: float | None = None
) -> Answer:
    """What one catalogue knows of a name, or a position (as text or in degrees). Waits for it; raises nothing."""
    if isinstance(term, tuple):
        term = f"{term[0]:.9f} {term[1]:+.9f}"
    text = term.text if isinstance(term, Term) else str(term)
    blank = Answer(harvester=harvester_name, term=text, status=Status.BROKEN)
    try:
        wanted = term if isinstance(term, Term) else parse_term(term, radius_arcsec)
    except TermError as error:
        return replace(blank, status=Status.REJECTED, message=str(error))
    harvester_class = get_service_classes().get(harvester_name)
    if harvester_class is None:
        known = ", ".join(sorted(get_service_classes())) or "none"
        return replace(blank, status=Status.NOT_CONFIGURED,
                       message=f"This TOM has no catalogue named '{harvester_name}'. Known: {known}.")
    try:
        if refusal := why_not(harvester_class, wanted):
            return replace(blank, status=refusal[0], message=refusal[1])
        return _found(blank, harvester_class, _asked(harvester_class, wanted))
    except Exception as error:  # whatever a plugin raises ends up as words on its own card
        return _failed(blank, harvester_class, error)


def why_not(harvester_class: type[AbstractHarvester], term: Term) -> tuple[Status, str] | None:
    """Why this catalogue need not be asked at all, as status and sentence; None when it can be."""
    label = _label(harvester_class)
    if missing := harvester_class.missing_settings():
        return Status.NOT_CONFIGURED, (
            f"{label} is not configured: HARVESTERS['{harvester_class.name}'] has no {', '.join(missing)}."
        )
    if term.is_position and not harvester_class.accepts_positions():
        return Status.UNSUPPORTED, f"{label} is asked by name, not by position."
    return None


def _asked(harvester_class: type[AbstractHarvester], term: Term) -> Any:
    """An unsaved target."""
    harvester = harvester_class()
    if term.is_position:
        harvester.query_position(term.ra, term.dec, term.radius_arcsec)
    else:
        harvester.query(term.text)
    return harvester.to_target()


def _found(blank: Answer, harvester_class: type[AbstractHarvester], target: Any) -> Answer:
    fields = target_fields(target)
    _check_usable(fields, _label(harvester_class))
    return replace(
        blank, status=Status.FOUND, fields=fields, names=[str(name) for name in getattr(target, "extra_names", ())],
        extras=dict(getattr(target, "catalog_extras", {})), notes=list(getattr(target, "catalog_notes", ())),
        link=getattr(target, "catalog_link", ""),
    )


def _check_usable(fields: dict[str, Any], label: str) -> None:
    """A target needs a name, and values that a target can have, whoever wrote the harvester."""
    from tom_targets.validators import element_errors  # heavy: only when something was found

    if not fields.get("name"):
        raise RemoteAnswerInvalid(f"{label} gives no name.", service=label)
    if fields.get("type") != "NON_SIDEREAL" and "ra" in fields and not 0 <= fields["ra"] <= 360:
        raise RemoteAnswerInvalid(f"{label} gives a right ascension of {fields['ra']:g} degrees.", service=label)
    if errors := element_errors(fields):
        name, messages = next(iter(errors.items()))
        raise RemoteAnswerInvalid(f"{label} gives a {name.replace('_', ' ')} that cannot be: {messages[0]}",
                                  service=label)


def _failed(blank: Answer, harvester_class: type[AbstractHarvester], error: Exception) -> Answer:
    label, message = _label(harvester_class), str(error).strip()
    if isinstance(error, SeveralMatchesException) and error.candidates:
        return replace(blank, status=Status.SEVERAL, message=message, candidates=error.candidates)
    status = _status_of(error)
    if isinstance(error, RemoteCredentialsRejected) and not harvester_class.required_settings:
        # There is nothing to log in with: this is how SIMBAD shuts out who asks too often.
        return replace(blank, status=Status.THROTTLED,
                       message=f"{label} does not answer us for the time being: we have asked too often.")
    if status == Status.BROKEN:
        logger.exception("The harvester %s failed on '%s'.", blank.harvester, blank.term, exc_info=error)
        detail = f"{type(error).__name__}: {message}" if message else type(error).__name__
        message = f"The harvester for {label} failed ({detail[:200]}). Its author should know."
    elif isinstance(error, MissingDataException):
        message = message or f"{label} knows nothing named '{blank.term}'."
    elif isinstance(error, NotImplementedError):
        message = f"{label} cannot be asked this way."
    elif not isinstance(error, (RemoteError, ImproperCredentialsException)):
        verb = "did not answer in time" if status == Status.SLOW else "cannot be reached"
        message = f"{label} {verb}."
    return replace(blank, status=status, message=message)


#: Which error means what; the first that fits counts.
_MEANINGS: tuple[tuple[type[Exception], Status], ...] = (
    (MissingDataException, Status.NOT_FOUND),
    (RemoteTimeout, Status.SLOW),
    (RemoteCredentialsRejected, Status.REJECTED),
    (RemoteAnswerInvalid, Status.NONSENSE),
    (RemoteRejected, Status.REJECTED),
    (ImproperCredentialsException, Status.NOT_CONFIGURED),
    (NotImplementedError, Status.UNSUPPORTED),
)


_OF_THE_NETWORK = (ConnectionError, TimeoutError)


def _status_of(error: Exception) -> Status:
    if isinstance(error, RemoteUnavailable):
        return Status.DOWN if error.retry_after_s is None else Status.THROTTLED
    for kind, status in _MEANINGS:
        if isinstance(error, kind):
            return status
    # Harvesters that call out by themselves raise what their library raises. Those errors are OSErrors, as are those
    # of a file that is not there, which are the harvester's own fault.
    if isinstance(error, OSError) and (type(error).__module__ != "builtins" or isinstance(error, _OF_THE_NETWORK)):
        return Status.SLOW if "timeout" in type(error).__name__.lower() else Status.DOWN
    return Status.BROKEN


def _label(harvester_class: type[AbstractHarvester]) -> str:
    return harvester_class.label()
