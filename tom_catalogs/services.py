"""Ask the catalogues without waiting for them: what they said is kept, a job asks what nobody asked before."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.db import connections
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from tom_catalogs.answers import Answer
from tom_catalogs.harvester import get_service_classes
from tom_catalogs.models import CatalogAnswer
from tom_catalogs.resolve import Term, resolve, why_not
from tom_common import jobs, registries
from tom_common.astro.angles import format_position
from tom_common.conf import tom_settings
from tom_common.models import STALLED_AFTER, Job
from tom_targets.matching import similar_to
from tom_targets.models import Target

JOB_PATH = "tom_catalogs.services.ask_catalogs"


@dataclass(frozen=True)
class Card:
    """One catalogue on the page: its answer, or that it is still to come."""

    harvester: type
    term: Term
    answer: Answer | None = None
    kept: CatalogAnswer | None = None
    is_fresh: bool = False

    @property
    def name(self) -> str:
        return self.harvester.name

    @property
    def label(self) -> str:
        return self.harvester.label()


def card(harvester_name: str, term: Term) -> Card:
    """What is known at once: a kept answer with its age, or why this catalogue is not asked. PluginNotFound if there is
    no such catalogue."""
    harvester_class = registries.harvesters.get(harvester_name)
    if refusal := why_not(harvester_class, term):
        answer = Answer(harvester=harvester_name, term=term.text, status=refusal[0], message=refusal[1])
        return Card(harvester_class, term, answer, is_fresh=True)
    kept = CatalogAnswer.objects.to(harvester_name, term).first()
    if kept is None:
        return Card(harvester_class, term)
    return Card(harvester_class, term, kept.shown, kept, kept.is_fresh)


def cards(term: Term) -> list[Card]:
    """One card for each catalogue of this TOM, in the order of their declaration."""
    return [card(name, term) for name in get_service_classes()]


def ask(term: Term, *, user: Any, harvesters: Iterable[str] | None = None, again: bool = False) -> Job | None:
    """Start one job that asks these catalogues (all, if not given); None when every answer is fresh already.

    `again` asks also those whose answer is fresh. The same question by two people is one job.
    """
    names = sorted(harvesters if harvesters is not None else get_service_classes())
    waiting = [name for name in names if _needs_asking(card(name, term), again)]
    if not waiting:
        return None
    digest = sha256("\n".join([term.key, *waiting]).encode()).hexdigest()
    return jobs.start(
        JOB_PATH, user=user, title=f"Ask {_listed(waiting)} for {term.text}"[:200], key=f"catalogs:{digest}",
        kwargs={"text": term.text, "ra": term.ra, "dec": term.dec, "radius_arcsec": term.radius_arcsec,
                "harvesters": waiting},
        urgent=True,
    )


def ask_catalogs(
    progress: jobs.Progress, *, text: str, harvesters: list[str], ra: float | None = None, dec: float | None = None,
    radius_arcsec: float,
) -> dict[str, Any]:
    """The job: ask all at once, keep each answer as it comes."""
    term = Term(text, ra, dec, radius_arcsec)
    counts: dict[str, int] = {}
    for done, answer in enumerate(_answers(term, harvesters), start=1):
        CatalogAnswer.objects.keep(answer, term)
        counts[answer.status] = counts.get(answer.status, 0) + 1
        progress.update(done, len(harvesters), f"{answer.harvester} has answered.")
    CatalogAnswer.objects.delete_old()
    found = counts.get("found", 0)
    query = urlencode({"term": text, "radius": f"{radius_arcsec:g}"})
    return {
        "message": f"{text}: found in {found} of {len(harvesters)} catalogues.",
        "url": f"{reverse('tom_catalogs:resolve')}?{query}",
    }


def _answers(term: Term, harvesters: list[str]) -> Iterable[Answer]:
    """The answers in the order in which they come. One slow catalogue does not hold up the others."""
    if len(harvesters) == 1:
        yield resolve(harvesters[0], term)
        return
    pool = ThreadPoolExecutor(max_workers=len(harvesters), thread_name_prefix="catalogue")
    try:
        for future in as_completed([pool.submit(_resolve_in_thread, name, term) for name in harvesters]):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _resolve_in_thread(name: str, term: Term) -> Answer:
    try:
        return resolve(name, term)
    finally:
        # A harvester of a project may have asked the database, on a connection that is this thread's own.
        connections.close_all()


def job_of(job_pk: int, user: Any) -> Job | None:
    """The job that somebody waits for, if it is one of ours and theirs."""
    return Job.objects.visible_to(user).filter(pk=job_pk, path=JOB_PATH).first()


def why_waiting(job: Job) -> str:
    """Why nobody has begun with it; empty when somebody has, or when it has only just been asked for."""
    if job.state != Job.State.QUEUED:
        return ""
    if busy := Job.objects.filter(state=Job.State.RUNNING, heartbeat__gt=timezone.now() - STALLED_AFTER).count():
        others = "another job" if busy == 1 else f"{busy} other jobs"
        return f"The worker is busy with {others}; this waits for its turn."
    if job.waits_long:
        return "This waits for a worker. Is one running? (manage.py runtom, or manage.py db_worker)"
    return ""


def known_targets(answer: Answer, user: Any) -> QuerySet:
    """The targets among those this user may see that this answer is about: by name, alias, or position within 2\"."""
    visible = Target.objects.visible_to(user)
    if not answer.found:
        return visible.none()
    return similar_to(Target(**answer.fields), other_names=answer.names, among=visible)


@dataclass(frozen=True)
class Catalogue:
    """A catalogue as the pages present it."""

    name: str
    label: str
    help_text: str
    info_url: str
    missing_settings: list[str]


def catalogues() -> list[Catalogue]:
    """The catalogues of this TOM, in the order of their declaration."""
    return [
        Catalogue(name, cls.label(), cls.help_text, cls.info_url, cls.missing_settings())
        for name, cls in get_service_classes().items()
    ]


def create_url(answer: Answer) -> str:
    """The form of a new target, filled with the answer."""
    own = {model_field.name for model_field in Target._meta.concrete_fields}
    extra_fields = {entry["name"] for entry in tom_settings.EXTRA_FIELDS} | own
    return f"{reverse('targets:create')}?{answer.create_query(tuple(extra_fields))}"


#: Target field -> label, decimals, unit: what a card tells of an object, in this order.
FACTS = {
    "pm_ra": ("Proper motion RA", 3, "mas/yr"),
    "pm_dec": ("Proper motion Dec", 3, "mas/yr"),
    "parallax": ("Parallax", 4, "mas"),
    "distance": ("Distance", 1, "pc"),
    "epoch_of_elements": ("Epoch of elements", 1, "MJD (TT)"),
    "epoch_of_perihelion": ("Perihelion", 4, "MJD (TT)"),
    "perihdist": ("Perihelion distance", 6, "au"),
    "semimajor_axis": ("Semimajor axis", 6, "au"),
    "eccentricity": ("Eccentricity", 6, ""),
    "inclination": ("Inclination", 4, "°"),
    "lng_asc_node": ("Ascending node", 4, "°"),
    "arg_of_perihelion": ("Argument of perihelion", 4, "°"),
    "mean_anomaly": ("Mean anomaly", 4, "°"),
    "abs_mag": ("Absolute magnitude", 2, "mag"),
    "slope": ("Slope", 2, ""),
}
#: Parsecs, and the unit in which distances above that are told.
DISTANCES = ((1e6, "Mpc"), (1e3, "kpc"), (1, "pc"))


def facts(answer: Answer) -> list[tuple[str, str]]:
    """What a card tells of a found object: label and value with its unit."""
    told = []
    if answer.ra is not None:
        told.append(("Position", format_position(answer.ra, answer.dec)))
        told.append(("Degrees", format_position(answer.ra, answer.dec, "deg", 6)))
    for name, (label, decimals, unit) in FACTS.items():
        value = answer.fields.get(name)
        if value is not None:
            if name == "distance":
                value, unit = next((value / size, unit) for size, unit in DISTANCES if value >= size or size == 1)
                decimals = 3
            number = f"{value:.{decimals}f}"
            told.append((label, f"{number}{unit}" if unit == "°" else f"{number} {unit}".strip()))
    return told + [(name.replace("_", " ").capitalize(), str(value)) for name, value in answer.extras.items()]


def _needs_asking(known: Card, again: bool) -> bool:
    if known.kept is None:
        return not known.is_fresh
    return again or not known.is_fresh


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names)} catalogues"
