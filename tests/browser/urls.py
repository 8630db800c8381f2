"""The URLs of the test project, and pages that exist only to be looked at."""

import numpy as np
import plotly.graph_objects as go
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.template import RequestContext, Template
from django.urls import include, path
from django_filters.views import FilterView

from tom_common.htmx_table import HTMXTable, HTMXTableFilterSet, HTMXTableViewMixin
from tom_common.plots import figure_response, nothing_to_plot

handler403 = "tom_common.views.pages.permission_denied"
handler404 = "tom_common.views.pages.page_not_found"
handler500 = "tom_common.views.pages.server_error"

GALLERY = """{% extends "tom_common/base.html" %}{% load tom_common_extras %}{% block content %}
<h1>Gallery</h1><p>Text <a href="#">link</a> <span class="text-muted">muted</span> <code>code</code> <kbd>key</kbd>
{% for kind in kinds %}{% if kind != "light" %}<span class="text-{{ kind }}">{{ kind }}</span>{% endif %} {% endfor %}
</p>
{% for kind in kinds %}
<div class="alert alert-{{ kind }}">alert {{ kind }} <a href="#" class="alert-link">link</a></div>
<button class="btn btn-{{ kind }}">button {{ kind }}</button><button class="btn btn-outline-{{ kind }}">outline</button>
<span class="badge badge-{{ kind }}">badge {{ kind }}</span><span class="badge bg-{{ kind }}">badge</span>
{% endfor %}
<ul class="nav nav-tabs"><li class="nav-item"><a class="nav-link active" href="#">Active</a></li>
<li class="nav-item"><a class="nav-link" href="#">Other</a></li></ul>
<div class="card"><div class="card-header">Header</div><div class="card-body">Body
<small class="form-text">help</small>
<label for="field">Label</label><input class="form-control is-invalid" id="field" value="wrong">
<div class="invalid-feedback d-block">Wrong.</div><select class="custom-select"><option>One</option></select>
</div></div>
<table class="table table-striped"><thead><tr><th>Head</th></tr></thead><tbody><tr><td>Cell</td></tr>
<tr class="table-warning"><td>Warning</td></tr><tr class="table-danger"><td>Danger</td></tr></tbody></table>
<ul class="pagination"><li class="page-item active"><a class="page-link">1</a></li>
<li class="page-item"><a class="page-link" href="#">2</a></li></ul>
<div class="list-group"><span class="list-group-item active">Active</span>
<span class="list-group-item">Item</span></div>
<div class="progress"><div class="progress-bar" id="bar" data-width="60">60 %</div></div>
{% copy_button "12:30:49.42" %}
<i class="fa fa-star" id="old-icon"></i> <i class="fas fa-trash" id="icon"></i> <i class="fa fa-pencil-square-o"></i>
<button class="btn btn-light" data-bs-toggle="modal" data-bs-target="#modal" id="open">Open</button>
<div class="modal fade" id="modal" tabindex="-1"><div class="modal-dialog"><div class="modal-content">
<div class="modal-body">Inside <button class="btn-close" data-bs-dismiss="modal" id="close" aria-label="Close"></button>
</div></div></div></div>
{% endblock %}"""

PLOTS = """{% extends "tom_common/base.html" %}{% load tom_common_extras %}{% block content %}
<form id="plot-form"><select name="points"><option>50</option><option>70</option></select></form>
<div id="curve">{% plot url="/look/plot.json" height=300 name="curve" form="#plot-form" %}</div>
<div id="nothing">{% plot url="/look/nothing.json" height=200 %}</div>
<div id="inline">{% plot_figure figure height=250 %}</div>
<div id="map">{% plot_figure map height=300 %}</div>
<div class="far-below" id="below">{% plot url="/look/plot.json?below=1" height=300 %}</div>
{% endblock %}"""

TABLE = """{% extends "tom_common/base.html" %}{% load crispy_forms_tags django_tables2 %}
{% block content %}{% crispy filter.form %}{% render_table table %}{% endblock %}"""


MAP = {
    "data": [{"type": "scattergeo", "lon": [-70.8, -155.5], "lat": [-30.2, 19.8]}],
    "layout": {"geo": {"showland": True}},
}


def look(source: str, **context) -> callable:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(Template(source).render(RequestContext(request, context)))

    return view


def plot(request: HttpRequest) -> HttpResponse:
    x = np.linspace(0, 10, int(request.GET.get("points", 60)))
    figure = go.Figure(go.Scatter(x=x, y=np.sin(x), name="sine", line={"color": "#0072b2"}))
    return figure_response(figure.update_layout(xaxis_title="time", yaxis_title="value"))


class GroupTable(HTMXTable):
    class Meta(HTMXTable.Meta):
        model = Group
        fields = ["selection", "name"]


class GroupFilterSet(HTMXTableFilterSet):
    class Meta:
        model = Group
        fields = []


class GroupView(HTMXTableViewMixin, FilterView):
    queryset = Group.objects.filter(name__startswith="group").order_by("name")
    table_class = GroupTable
    filterset_class = GroupFilterSet
    paginate_by = 5

    def render_to_response(self, context, **kwargs):
        if self.request.htmx:
            return super().render_to_response(context, **kwargs)
        return HttpResponse(Template(TABLE).render(RequestContext(self.request, context)))


KINDS = ["primary", "secondary", "success", "info", "warning", "danger", "light", "dark"]
urlpatterns = [
    path("look/gallery/", look(GALLERY, kinds=KINDS)),
    path("look/plots/", look(PLOTS, figure={"data": [{"y": [3, 1, 2]}]}, map=MAP)),
    path("look/plot.json", plot),
    path("look/nothing.json", lambda request: nothing_to_plot("No data yet.")),
    path("look/table/", GroupView.as_view()),
    path("", include("tests.urls")),
]
