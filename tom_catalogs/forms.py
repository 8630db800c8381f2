"""Which catalogue is asked for what."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tom_catalogs.harvester import get_service_classes
from tom_catalogs.resolve import DEFAULT_RADIUS_ARCSEC, LARGEST_RADIUS_ARCSEC, LONGEST_TERM, Term, TermError, parse_term

TERM_HELP = "A name, a designation, or a position: M31, (433) Eros, 67P, SN 2023ixf, 10:08:22.3 +12:18:23"


class TermFormMixin:
    """A form with a `term`; after validation `self.asked` is what it means."""

    asked: Term | None = None

    def clean_term(self) -> str:
        term = self.cleaned_data["term"]
        try:
            self.asked = parse_term(term)
        except TermError as error:
            raise ValidationError(str(error), code="term") from error
        return term


class CatalogQueryForm(TermFormMixin, forms.Form):
    """One catalogue is asked for one object."""

    term = forms.CharField(max_length=LONGEST_TERM, label="Name or position", help_text=TERM_HELP)
    service = forms.ChoiceField(label="Catalogue")
    #: (name, label) of the catalogues, set when the form is made
    catalog_choices: list[tuple[str, str]] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.catalog_choices = self.get_catalog_choices()
        self.fields["service"].choices = self.catalog_choices
        self.fields["term"].widget.attrs["autofocus"] = True

    def get_catalog_choices(self) -> list[tuple[str, str]]:
        """The harvesters of this TOM, as choices."""
        return [(name, harvester.label()) for name, harvester in _labelled(get_service_classes()).items()]

    def get_target(self) -> Any:
        """Ask the catalogue, here and now, and return an unsaved target. Raises what the harvester raises.

        For scripts and for projects that call it; the pages leave the asking to a job.
        """
        harvester = get_service_classes()[self.cleaned_data["service"]]()
        if self.asked is not None and self.asked.is_position and harvester.accepts_positions():
            harvester.query_position(self.asked.ra, self.asked.dec, self.asked.radius_arcsec)
        else:
            harvester.query(self.cleaned_data["term"])
        return harvester.to_target()


class ResolveForm(forms.Form):
    """One term for all catalogues."""

    term = forms.CharField(max_length=LONGEST_TERM, label="Name or position", help_text=TERM_HELP, strip=True)
    radius = forms.FloatField(
        label="Radius for positions (″)", required=False, min_value=0.1, max_value=LARGEST_RADIUS_ARCSEC,
        initial=int(DEFAULT_RADIUS_ARCSEC),
    )
    asked: Term | None = None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "term" in cleaned and "radius" in cleaned:
            try:
                self.asked = parse_term(cleaned["term"], cleaned["radius"])
            except TermError as error:
                self.add_error("term", str(error))
        return cleaned


def _labelled(classes: dict[str, type]) -> dict[str, type]:
    """The usable classes in the order of their labels."""
    return dict(sorted(classes.items(), key=lambda item: item[1].label().lower()))
