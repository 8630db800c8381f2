"""From a plotly figure to what a page fetches and draws.

    from tom_common.plots import figure_response, nothing_to_plot
    return figure_response(light_curve(datums))        # in a view
    {% plot url=curve_url height=400 name="SN2026abc" %}   {# in a template, after {% load tom_common_extras %} #}

The page draws the figure when it comes into view, in the colours of the page (light or dark). A figure carries its
arrays as base64 where plotly can, so that 10,000 points are some 200 kB and not a megabyte.
"""

import logging
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, JsonResponse

from tom_common.conf import tom_settings

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

logger = logging.getLogger(__name__)

#: Themes that mean plotly's own look: then the page gives its colours, light or dark. Any other is kept as it is.
FOLLOWS_PAGE = {"plotly", "plotly_white", "plotly_dark", "none", ""}
#: With more points than this a scatter plot is drawn by WebGL.
WEBGL_FROM = 2000


def scatter_class(points: int) -> type:
    """`go.Scatter`, or `go.Scattergl` for a series too long for SVG."""
    import plotly.graph_objects as go  # heavy

    return go.Scattergl if points > WEBGL_FROM else go.Scatter


def themed(figure: "Figure") -> "Figure":
    """The figure in the project's PLOTLY_THEME; without a template where the page gives the colours."""
    import plotly.io  # heavy

    name = str(tom_settings.PLOTLY_THEME or "")
    if name not in FOLLOWS_PAGE:
        if name in plotly.io.templates:
            figure.update_layout(template=name)
            return figure
        logger.error("PLOTLY_THEME is %r, which plotly does not know. Known: %s.", name, ", ".join(plotly.io.templates))
    figure.update_layout(template=None)
    return figure


def figure_json(figure: "Figure | dict") -> str:
    """The figure as compact JSON: `{"data": [...], "layout": {...}}`. NaN and infinity in lists become null."""
    import plotly.graph_objects as go  # heavy
    import plotly.io

    drawn = themed(figure if isinstance(figure, go.Figure) else go.Figure(figure))
    return plotly.io.to_json(drawn, validate=False, remove_uids=True)


def figure_response(figure: "Figure | dict", headers: dict[str, str] | None = None) -> HttpResponse:
    """What a plot's URL answers."""
    return HttpResponse(figure_json(figure), content_type="application/json", headers=headers)


def nothing_to_plot(message: str, status: int = 200) -> JsonResponse:
    """Words in place of a plot: why there is none. With an error status the page offers to try again."""
    return JsonResponse({"data": [], "message": message}, status=status)


def plot_attributes(**attributes: Any) -> dict[str, Any]:
    """The data attributes of a plot's placeholder; those without a value are left out."""
    return {f"data-plot-{name}": value for name, value in attributes.items() if value not in (None, "")}
