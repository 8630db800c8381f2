"""Panels of the target page: light curve and spectra, each a piece of its own that is fetched when it is seen."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.text import slugify
from django.views.generic import DetailView

from tom_common.pagination import CappedPaginator
from tom_common.plots import figure_response, nothing_to_plot
from tom_dataproducts.canonical import PHOTOMETRY, SPECTROSCOPY, to_mjd
from tom_dataproducts.models import ReducedDatum
from tom_dataproducts.plots import SPECTRA_AT_MOST, is_simulated, light_curve, spectrum
from tom_dataproducts.querysets import ReducedDatumQuerySet
from tom_targets.views.access import TargetAccessMixin

ROWS_PER_PAGE = 20
CSV_COLUMNS = (
    "timestamp", "mjd", "bandpass", "brightness", "brightness_error", "limit", "unit", "telescope", "instrument",
    "exposure_time", "source_name", "source_location",
)  # fmt: skip


class TargetDataView(TargetAccessMixin, DetailView):
    """A piece of a target's page that shows those of its measurements that the user may see."""

    data_type = PHOTOMETRY

    def datums(self) -> ReducedDatumQuerySet:
        datums = ReducedDatum.objects.visible_of(self.object, self.request.user).current()
        return datums.filter(data_type=self.data_type)


class TargetPhotometryView(TargetDataView):
    """The light curve's place, its download, and below it the table of points."""

    template_name = "tom_dataproducts/partials/photometry_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | points_page(self.datums(), self.request)


class TargetPhotometryTableView(TargetPhotometryView):
    """One page of the points, the newest first."""

    template_name = "tom_dataproducts/partials/photometry_table.html"


def points_page(datums: ReducedDatumQuerySet, request: HttpRequest) -> dict[str, Any]:
    """The page of points that is asked for; a page number that makes no sense gets the nearest that does."""
    newest = datums.order_by("-timestamp", "-pk").defer("value")
    page = CappedPaginator(newest, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    for datum in page:
        datum.mjd = to_mjd(datum.timestamp)
    return {"page": page, "simulated": any(is_simulated(datum.source_name) for datum in page)}


class TargetPhotometryPlotView(TargetDataView):
    """The light curve's figure."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        figure = light_curve(self.datums())
        return figure_response(figure) if figure.data else nothing_to_plot("There is no photometry yet.")


class TargetPhotometryCsvView(TargetDataView):
    """The light curve as CSV, oldest point first, streamed."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> StreamingHttpResponse:
        name = slugify(self.object.name) or f"target-{self.object.pk}"
        headers = {"Content-Disposition": f'attachment; filename="{name}_photometry.csv"'}
        return StreamingHttpResponse(csv_lines(self.datums()), content_type="text/csv; charset=utf-8", headers=headers)


class _Line:
    """What csv writes to: hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(datums: ReducedDatumQuerySet) -> Iterator[str]:
    """Header and rows. Times in UTC; a limit stands in its own column, never under brightness."""
    writer = csv.writer(_Line())
    yield writer.writerow(CSV_COLUMNS)
    columns = [column for column in CSV_COLUMNS if column != "mjd"]
    for when, *rest in datums.order_by("timestamp", "pk").values_list(*columns).iterator(chunk_size=5000):
        time = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        yield writer.writerow([time, f"{to_mjd(when):.6f}", *(_cell(content) for content in rest)])


def _cell(content: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{content}" if isinstance(content, str) and content[:1] in ("=", "+", "-", "@", "\t") else content


class TargetSpectroscopyView(TargetDataView):
    """The spectra's place, and which there are."""

    data_type = SPECTROSCOPY
    template_name = "tom_dataproducts/partials/spectroscopy_panel.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        spectra = list(self.datums().order_by("-timestamp", "-pk").defer("value")[: SPECTRA_AT_MOST + 1])
        for datum in spectra:
            datum.mjd = to_mjd(datum.timestamp)
        return super().get_context_data(**kwargs) | {
            "spectra": spectra[:SPECTRA_AT_MOST],
            "more": len(spectra) > SPECTRA_AT_MOST,
            "at_most": SPECTRA_AT_MOST,
            "simulated": any(is_simulated(datum.source_name) for datum in spectra),
        }


class TargetSpectroscopyPlotView(TargetDataView):
    """The figure of the spectra."""

    data_type = SPECTROSCOPY

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        datums = self.datums()
        wanted = self.request.GET.get("dataproduct", "")
        if wanted:
            # Beyond 18 digits no database has a key, and some raise.
            is_key = wanted.isdecimal() and len(wanted) < 19
            datums = datums.filter(data_product_id=int(wanted)) if is_key else datums.none()
        figure = spectrum(datums)
        return figure_response(figure) if figure.data else nothing_to_plot("There are no spectra yet.")
