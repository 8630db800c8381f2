"""Finding a target: the search box of every page, and links by name."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.views.generic import RedirectView, View

from tom_targets import finding
from tom_targets.models import Target


class TargetSearchView(View):
    """`?q=` a name, an alias, or a position in any notation. Who is surely meant is shown at once."""

    template_name = "tom_targets/target_search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = finding.find(request.GET.get("q", ""), Target.objects.visible_to(request.user))
        if not found.text:
            return redirect("tom_targets:list")
        if found.meant is not None:
            return self._show(found)
        return render(request, self.template_name, self._context(found))

    def _show(self, found: finding.Found) -> HttpResponse:
        if found.position is not None and found.meant.separation * 3600 > 0.05:
            messages.info(
                self.request, f"{found.meant.name} lies {found.meant.separation * 3600:.1f}″ from {found.text}."
            )
        return HttpResponseRedirect(found.meant.get_absolute_url())

    def _context(self, found: finding.Found) -> dict[str, Any]:
        from tom_common.astro.angles import format_position  # light, but needed here only

        term = format_position(*found.position) if found.position else found.text
        return {
            "found": found, "position": term if found.position else "", "lookup_url": finding.lookup_url(term),
            "create_url": finding.create_url(found.text, found.position), "near_arcsec": finding.NEAR_ARCSEC,
        }


class TargetNameSearchView(RedirectView):
    """`/targets/name/<name>`: the target of that name; the list of those it may mean; or an offer to look it up."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = finding.typed(kwargs["name"])
        visible = Target.objects.visible_to(request.user)
        found = list(visible.named(name)[:2]) or list(finding.by_part_of_name(name, visible)[:2])
        if len(found) == 1:
            return HttpResponseRedirect(found[0].get_absolute_url())
        if not found:
            self._offer_lookup(name)
        return HttpResponseRedirect(f"{reverse('tom_targets:list')}?{urlencode({'name': name})}")

    def _offer_lookup(self, name: str) -> None:
        url = finding.lookup_url(name)
        if url:
            messages.info(self.request, format_html(
                'No target is named "{}". <a href="{}">Look it up in the catalogues</a>.', name, url
            ))
        else:
            messages.info(self.request, f'No target is named "{name}".')
