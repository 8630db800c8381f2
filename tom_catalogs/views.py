"""Pages that ask catalogues. None waits for one: what was said is kept, a job asks the rest, the page looks again."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timesince import timesince
from django.views.generic import FormView, TemplateView, View

from tom_catalogs import services
from tom_catalogs.answers import Answer, target_fields
from tom_catalogs.forms import CatalogQueryForm, ResolveForm
from tom_catalogs.harvester import get_service_classes
from tom_catalogs.resolve import DEFAULT_RADIUS_ARCSEC, Term, TermError, parse_term
from tom_catalogs.services import Card
from tom_common.exceptions import PluginNotFound
from tom_common.models import Job

#: Milliseconds until the page looks again: soon at first, then less and less often.
FIRST_LOOK_MS, LONGEST_LOOK_MS = 400, 5000


class CatalogQueryView(LoginRequiredMixin, FormView):
    """One catalogue, one term: what is found fills the form of a new target."""

    form_class = CatalogQueryForm
    template_name = "tom_catalogs/query_form.html"
    answer: Answer | None = None
    #: An unsaved target; a view that derives from this one may set it instead of asking.
    target: Any = None

    def get_initial(self) -> dict[str, Any]:
        given = {name: self.request.GET[name] for name in ("term", "service") if name in self.request.GET}
        return super().get_initial() | given

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "job" in request.GET:
            return self.look(self.get_form_class()(request.GET))
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: CatalogQueryForm) -> HttpResponse:
        service, term = form.cleaned_data["service"], form.asked
        job = services.ask(term, user=self.request.user, harvesters=[service], again="again" in self.request.POST)
        card = services.card(service, term)
        if job and not has_come(card, job):
            return redirect(f"{reverse('tom_catalogs:query')}?{urlencode(form.cleaned_data | {'job': job.pk})}")
        return self.respond(form, card)

    def look(self, form: CatalogQueryForm) -> HttpResponse:
        """Come back for the answer that a job has been asked for."""
        if not form.is_valid():
            return self.form_invalid(form)
        card = services.card(form.cleaned_data["service"], form.asked)
        job = job_asked_for(self.request)
        if is_coming(card, job):
            return self.render_to_response(self.get_context_data(form=form, waiting=waiting(self.request, card, job)))
        if card.answer is None:
            form.add_error("term", not_asked(card, job))
            return self.form_invalid(form)
        return self.respond(form, card)

    def respond(self, form: CatalogQueryForm, card: Card) -> HttpResponse:
        """The answer as a page: on to the new target, the list to choose from, or the reason at the field."""
        self.answer = card.answer
        if card.answer.found:
            if card.kept.trouble:
                messages.warning(self.request, f"{card.kept.trouble.message} This is what {card.label} said "
                                               f"{timesince(card.kept.answered)} ago.")
            return redirect(self.get_success_url())
        form.add_error("term", card.answer.message)
        return self.render_to_response(self.get_context_data(form=form, card=card))

    def get_success_url(self) -> str:
        """The form of a new target, filled."""
        if self.target is not None:
            self.answer = Answer("", "", "found", fields=target_fields(self.target),
                                 names=list(getattr(self.target, "extra_names", ())))
        return services.create_url(self.answer)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"catalogues": services.catalogues()}


class QueryAnswerView(LoginRequiredMixin, View):
    """The query page looks here whether the answer has come; then it loads itself again."""

    def get(self, request: HttpRequest) -> HttpResponse:
        card, job = asked_card(request), job_asked_for(request)
        if is_coming(card, job):
            context = {"waiting": waiting(request, card, job)}
            return render(request, "tom_catalogs/partials/query_waiting.html", context)
        query = urlencode({name: request.GET.get(name, "") for name in ("term", "service", "job")})
        return HttpResponse(headers={"HX-Redirect": f"{reverse('tom_catalogs:query')}?{query}"})


class ResolveView(LoginRequiredMixin, TemplateView):
    """All catalogues side by side: what is kept at once, the rest as it comes."""

    template_name = "tom_catalogs/resolve.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, defaults = super().get_context_data(**kwargs), {"radius": f"{DEFAULT_RADIUS_ARCSEC:g}"}
        form = ResolveForm(defaults | self.request.GET.dict() if "term" in self.request.GET else None)
        if not (form.is_bound and form.is_valid()):
            return context | {"form": form, "catalogues": services.catalogues()}
        cards = [shown(self.request, card) for card in services.cards(form.asked)]
        to_ask = any(not card.is_fresh for card in (entry.card for entry in cards))
        return context | {"form": form, "term": form.asked, "cards": cards, "to_ask": to_ask}


class ResolveAskView(LoginRequiredMixin, View):
    """Start the asking; the answer is the cards as they are now."""

    def post(self, request: HttpRequest) -> HttpResponse:
        term = asked_term(request)
        name = request.POST.get("service")
        names = [name] if name else None
        if name and name not in get_service_classes():
            raise Http404(f"There is no catalogue named '{name}'.")
        job = services.ask(term, user=request.user, harvesters=names, again="again" in request.POST)
        if not request.headers.get("HX-Request"):
            query = {"term": term.text, "radius": f"{term.radius_arcsec:g}"}
            return redirect(f"{reverse('tom_catalogs:resolve')}?{urlencode(query)}")
        cards = [services.card(name, term)] if name else services.cards(term)
        entries = [shown(request, card, job) for card in cards]
        return render(request, "tom_catalogs/partials/answer_list.html", {"cards": entries})


class ResolveAnswerView(LoginRequiredMixin, View):
    """One card as it is now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        entry = shown(request, asked_card(request), job_asked_for(request))
        return render(request, "tom_catalogs/partials/answer_card.html", {"entry": entry})


@dataclass(frozen=True)
class Waiting:
    """A card whose answer is still to come: where to look, and when."""

    url_query: str
    delay_ms: int
    label: str
    reason: str = ""


@dataclass(frozen=True)
class Shown:
    """A card with what the page says about it."""

    card: Card
    waiting: Waiting | None = None
    lost: str = ""
    known: tuple = ()
    create_url: str = ""
    #: the term whose list of matches this one was chosen from
    came_from: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        return services.facts(self.card.answer)


def shown(request: HttpRequest, card: Card, job: Job | None = None) -> Shown:
    came_from = (request.POST if request.method == "POST" else request.GET).get("came_from", "")
    if job and card.name in job.kwargs.get("harvesters", ()):
        if is_coming(card, job):
            return Shown(card, waiting=waiting(request, card, job), came_from=came_from)
        if card.answer is None:
            return Shown(card, lost=not_asked(card, job), came_from=came_from)
    if card.answer is None or not card.answer.found:
        return Shown(card, came_from=came_from)
    return Shown(
        card, came_from=came_from, known=tuple(services.known_targets(card.answer, request.user)[:3]),
        create_url=services.create_url(card.answer),
    )


def waiting(request: HttpRequest, card: Card, job: Job) -> Waiting:
    given = request.GET.get("looks", "")
    came_from = (request.POST if request.method == "POST" else request.GET).get("came_from", "")
    looks = int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0
    query = {"term": card.term.text, "radius": f"{card.term.radius_arcsec:g}", "service": card.name, "job": job.pk,
             "looks": looks + 1, "came_from": came_from}
    delay = min(FIRST_LOOK_MS * 1.4**min(looks, 20), LONGEST_LOOK_MS)
    return Waiting(urlencode(query), int(delay), card.label, services.why_waiting(job) if looks > 4 else "")


def is_coming(card: Card, job: Job | None) -> bool:
    """Whether it is worth looking again."""
    return bool(job) and job.is_unfinished and not job.is_stalled and not has_come(card, job)


def has_come(card: Card, job: Job) -> bool:
    """Whether the answer is one that this job has brought, or a newer one."""
    if card.kept is None:
        return card.answer is not None
    latest = max(filter(None, (card.kept.answered, card.kept.failed)))
    return latest >= job.created


def not_asked(card: Card, job: Job | None) -> str:
    reason = f" ({job.error})" if job and job.error else ""
    return f"{card.label} was not asked: the job ended before{reason}. Ask again."


def asked_term(request: HttpRequest) -> Term:
    """The term of a fragment's request; Http404 when it makes no sense, for pages check it first."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        return parse_term(given.get("term", ""), float(given["radius"]) if given.get("radius") else None)
    except (TermError, ValueError) as error:
        raise Http404(str(error)) from error


def asked_card(request: HttpRequest) -> Card:
    try:
        return services.card(request.GET.get("service", ""), asked_term(request))
    except PluginNotFound as error:
        raise Http404(str(error)) from error


def job_asked_for(request: HttpRequest) -> Job | None:
    given = request.GET.get("job", "")
    if not (given.isascii() and given.isdigit() and len(given) < 18):
        return None
    return services.job_of(int(given), request.user)
