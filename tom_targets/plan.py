"""One target through one night at one site: the form that asks for it, and the facts it gives."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from tom_targets import moving
from tom_targets.sites import as_site, site_entries, site_timezone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tom_common.astro.visibility import Night, Visibility

logger = logging.getLogger(__name__)

SESSION_KEY = "tom_targets_plan_site"
STEP_MINUTES = 5.0
DEFAULT_AIRMASS = 2.0
MAX_COMPARED = 6
BEST_SITE_STEP_DAYS = 20 / 1440
FIRST_YEAR, LAST_YEAR = 1900, 2100


def _site_choices() -> list[tuple[str, str]]:
    return [(name, name) for name in site_entries()]


class PlanForm(forms.Form):
    """Which night at which site, and what counts as high enough."""

    site = forms.ChoiceField(label="Site", choices=_site_choices)
    night = forms.DateField(
        label="Night of", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Date of the local evening.",
    )
    airmass = forms.FloatField(
        label="Airmass below", required=False, min_value=1.0, max_value=10.0,
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )
    compare = forms.MultipleChoiceField(
        label="Compare with", choices=_site_choices, required=False, widget=forms.CheckboxSelectMultiple,
    )

    def clean_night(self) -> date:
        night = self.cleaned_data["night"]
        if not FIRST_YEAR <= night.year <= LAST_YEAR:
            raise forms.ValidationError(f"Nights are planned from {FIRST_YEAR} to {LAST_YEAR}.")
        return night

    def clean_compare(self) -> list[str]:
        sites = self.cleaned_data["compare"]
        if len(sites) > MAX_COMPARED:
            raise forms.ValidationError(f"Compare with {MAX_COMPARED} sites at most.")
        return sites

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("airmass") is None and "airmass" not in self.errors:
            cleaned["airmass"] = DEFAULT_AIRMASS
        cleaned["compare"] = [name for name in cleaned.get("compare", ()) if name != cleaned.get("site")]
        return cleaned


def default_site(request: HttpRequest | None, target: Any = None) -> str:
    """The site that this visitor looked at last; else where the target is best seen; else the first of the known."""
    entries = site_entries()
    session = getattr(request, "session", None)
    remembered = session.get(SESSION_KEY) if session is not None else None
    if remembered in entries:
        return remembered
    return best_site(target, entries) if target is not None and entries else next(iter(entries), "")


def best_site(target: Any, entries: Mapping[str, Mapping[str, Any]], now: datetime | None = None) -> str:
    """The name of the site at which the target is up longest in the dark of the next 24 hours, then highest."""
    import numpy as np

    from tom_common.astro.visibility import Limits

    start = moving.mjd_of(now or timezone.now())
    try:
        seen = look(
            target, [as_site(entry) for entry in entries.values()], start + np.arange(0, 1, BEST_SITE_STEP_DAYS),
            Limits(airmass=DEFAULT_AIRMASS),
        )
    except moving.NoPosition:
        return next(iter(entries))
    dark_and_up, highest = seen.observable[0].sum(axis=-1), seen.altitude[0].max(axis=-1)
    return list(entries)[int(np.lexsort((highest, dark_and_up))[-1])]


def remember_site(request: HttpRequest, name: str) -> None:
    """Keep the site for the next target. A session is written only when the site changed."""
    if request.session.get(SESSION_KEY) != name:
        request.session[SESSION_KEY] = name


def tonight(entry: Mapping[str, Any], now: datetime | None = None) -> date:
    """The date of the local evening: of the night that is on, or, once the Sun is up, of the one to come."""
    from tom_common.astro.visibility import night

    now = (now or timezone.now()).astimezone(UTC)
    east = (float(entry["longitude"]) + 180) % 360 - 180
    evening = (now + timedelta(hours=east / 15 - 12)).date()
    sunrise = night(as_site(entry), evening).sunrise
    over = sunrise is not None and moving.mjd_of(now) > sunrise
    return evening + timedelta(days=1) if over else evening


def plan_values(request: HttpRequest, target: Any = None) -> dict[str, Any]:
    """What the plan form holds: what was asked for, filled up with the remembered or best site, tonight and airmass 2.

    `start_time` of older links names the night too.
    """
    given = request.GET
    entries = site_entries()
    site = given.get("site") or default_site(request, target)
    night = given.get("night") or _date_of(given.get("start_time"))
    if not night and site in entries:
        night = tonight(entries[site]).isoformat()
    return {
        "site": site, "night": night or "", "airmass": given.get("airmass") or DEFAULT_AIRMASS,
        "compare": given.getlist("compare"),
    }


def _date_of(text: str | None) -> str:
    try:
        return datetime.fromisoformat(text).date().isoformat() if text else ""
    except ValueError:
        return ""


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    note: str = ""


@dataclass
class NightPlan:
    """A target's night. `facts` are for reading, the arrays for the plot; times MJD (UTC)."""

    target: Any
    entry: Mapping[str, Any]
    evening: date
    zone: tzinfo
    night: "Night"
    seen: "Visibility"
    airmass_limit: float
    facts: list[Fact] = field(default_factory=list)

    @property
    def times(self) -> "NDArray":
        return self.seen.times


def make_plan(
    target: Any, entry: Mapping[str, Any], evening: date, airmass_limit: float = DEFAULT_AIRMASS
) -> NightPlan:
    """Compute one night. Raises moving.NoPosition for a target without one."""
    from tom_common.astro.visibility import Limits, night

    site = as_site(entry)
    of_night = night(site, evening)
    seen = look(target, [site], of_night.times(STEP_MINUTES, None), Limits(airmass=airmass_limit))
    plan = NightPlan(target, entry, evening, site_timezone(entry), of_night, seen, airmass_limit)
    plan.facts = [*_sun_facts(plan), *_target_facts(plan), *_moon_facts(plan)]
    return plan


def look(target: Any, sites: list, times: "NDArray", limits: Any = None) -> "Visibility":
    """A target of either type over sites at times MJD (UTC)."""
    from tom_common.astro.visibility import visibility

    if target.type == type(target).NON_SIDEREAL:
        ephemeris = moving.ephemeris_of(target, times)
        return visibility(
            ephemeris.ra[None], ephemeris.dec[None], times, sites, limits=limits, distance_au=ephemeris.delta_au[None]
        )
    middle = datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=float(times[len(times) // 2]))
    place = moving.place_at(target, middle)
    return visibility([place.ra], [place.dec], times, sites, limits=limits)


def clock(plan: NightPlan, mjd: float | None) -> Fact | None:
    """A time of that night as (UTC, site time) text; None when it does not happen."""
    if mjd is None or mjd != mjd:
        return None
    moment = datetime(1858, 11, 17, tzinfo=UTC) + timedelta(days=float(mjd), seconds=30)
    return Fact("", f"{moment:%H:%M}", f"{moment.astimezone(plan.zone):%H:%M} site")


def _event(plan: NightPlan, label: str, mjd: float | None, never: str) -> Fact:
    shown = clock(plan, mjd)
    return Fact(label, f"{shown.value} UTC", shown.note) if shown else Fact(label, never)


def _sun_facts(plan: NightPlan) -> list[Fact]:
    night = plan.night
    if night.polar_day:
        return [Fact("Sun", "does not set")]
    if night.polar_night:
        up = [Fact("Sun", "does not rise")]
    else:
        up = [_event(plan, "Sunset", night.sunset, "—"), _event(plan, "Sunrise", night.sunrise, "—")]
    if night.dark() is None:
        return [*up, Fact("Astronomical night", "not reached")]
    dusk = _event(plan, "Dark from", night.astronomical_dusk, "noon")
    return [up[0], dusk, _event(plan, "Dark until", night.astronomical_dawn, "noon"), *up[1:]]


def _target_facts(plan: NightPlan) -> list[Fact]:
    events, summary = plan.seen.rise_set_transit(0.0), plan.seen.summary()
    if events.never_up[0, 0]:
        return [Fact("Target", "stays below the horizon")]
    transit = _event(plan, "Transit", events.transit[0, 0], "—")
    facts = [
        Fact("Rises", "always up") if events.always_up[0, 0] else _event(plan, "Rises", events.rise[0, 0], "—"),
        Fact(transit.label, transit.value, f"{transit.note}; highest at {events.max_altitude[0, 0]:.0f}°".lstrip("; ")),
    ]
    if not events.always_up[0, 0]:
        facts.append(_event(plan, "Sets", events.set[0, 0], "—"))
    hours = float(summary.hours_observable[0, 0])
    limit = f"airmass below {plan.airmass_limit:g}, in the dark"
    if hours <= 0:
        return [*facts, Fact("Observable", "not this night", limit)]
    best = clock(plan, summary.best_mjd[0, 0])
    return [
        *facts, Fact("Observable", f"{hours:.1f} h", limit),
        Fact("Best", f"airmass {summary.min_airmass[0, 0]:.2f}", f"at {best.value} UTC"),
    ]


def _moon_facts(plan: NightPlan) -> list[Fact]:
    middle = len(plan.times) // 2
    distance = float(plan.seen.moon_distance[0, 0, middle])
    facts = [Fact("Moon", f"{plan.night.moon_phase * 100:.0f} % lit", f"{distance:.0f}° away at midnight")]
    rises, sets = clock(plan, plan.night.moonrise), clock(plan, plan.night.moonset)
    moves = [f"rises {rises.value}" if rises else "", f"sets {sets.value}" if sets else ""]
    if any(moves):
        return [*facts, Fact("Moon rise and set", " · ".join(filter(None, moves)), "UTC")]
    up = plan.seen.moon_altitude[0, middle] > 0
    return [*facts, Fact("Moon rise and set", "always up" if up else "always down")]
