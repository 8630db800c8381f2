"""Tags of target pages. Each places one partial of its own name; project templates may use and override them."""

import logging
from typing import Any

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.forms import BoundField, Form
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify

from tom_common.conf import tom_settings
from tom_common.integration import collect, collect_partials
from tom_common.permissions import may
from tom_targets import display
from tom_targets.merge_fields import merge_fields
from tom_targets.models import Target, TargetList

logger = logging.getLogger(__name__)
register = template.Library()

#: how many targets a map of single points holds in the page; more are asked from the server, binned
MAPPED_TARGETS = 1000


# Lists of targets

@register.inclusion_tag("tom_targets/partials/recent_targets.html", takes_context=True)
def recent_targets(context: template.Context, limit: int = 10) -> dict:
    """The targets that were made last, of those this visitor may see."""
    user = _user(context)
    return {**_people(user), "targets": Target.objects.visible_to(user).order_by("-created", "-pk")[:limit]}


@register.inclusion_tag("tom_targets/partials/recently_updated_targets.html", takes_context=True)
def recently_updated_targets(context: template.Context, limit: int = 10) -> dict:
    """The targets that were changed last, of those this visitor may see."""
    user = _user(context)
    return {**_people(user), "targets": Target.objects.visible_to(user).order_by("-modified", "-pk")[:limit]}


def _people(user: Any) -> dict:
    authenticated = bool(user and user.is_authenticated)
    return {"user": user, "authenticated": authenticated, "empty_object_list": not authenticated}


def _user(context: template.Context) -> Any:
    user = context.get("user")
    if user is None and context.get("request") is not None:
        user = getattr(context["request"], "user", None)
    return user


@register.inclusion_tag("tom_targets/partials/target_table.html", takes_context=True)
def target_table(context: template.Context, targets: Any, all_checked: bool = False) -> dict:
    """A plain table of targets with the columns of TARGET_LIST_COLUMNS."""
    return {
        "targets": targets, "all_checked": all_checked, "empty_database": context.get("empty_database", False),
        "authenticated": _people(_user(context))["authenticated"], "query_string": context.get("query_string", ""),
        "target_list_columns": get_target_list_columns(), "headers": target_table_headers(Target),
        "request": context.get("request"),
    }


def get_target_list_columns() -> list[str]:
    """The columns of `target_table`, less those whose app is not installed."""
    return [name for name in tom_settings.TARGET_LIST_COLUMNS if _cell_maker(name) is not None]


def target_table_headers(model: type[Model]) -> list[str]:
    """What stands above each column: the field's name, or the column's own."""
    return [_column_label(model, name) for name in get_target_list_columns()]


def _column_label(model: type[Model], name: str) -> str:
    try:
        label = str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        label = name.replace("_", " ")
    return label[:1].upper() + label[1:]


@register.simple_tag
def target_table_row(target: Any) -> list[Any]:
    """The values of one row of `target_table`, in the order of the columns."""
    return [_cell_maker(name)(target) for name in get_target_list_columns()]


def _cell_maker(name: str) -> Any:
    """The function target -> value of a column; None for one that counts what this TOM does not have."""
    relation = {"observations": "observationrecord_set", "saved_data": "dataproduct_set"}.get(name)
    if relation:
        return (lambda target: getattr(target, relation).count()) if hasattr(Target, relation) else None
    return lambda target: _value(target, name)


def _value(target: Any, name: str) -> Any:
    shown = getattr(target, f"get_{name}_display", None)
    if shown is not None:
        return shown()
    value = getattr(target, name) if hasattr(target, name) else target_extra_field(target, name)
    if isinstance(value, float):
        return display.number(value)
    return "" if value is None else value


@register.inclusion_tag("tom_targets/partials/targetlist_select.html")
def select_target_js() -> dict:
    """The script behind the check boxes of `target_table`."""
    return {}


# One target

@register.inclusion_tag("tom_targets/partials/target_feature.html")
def target_feature(target: Any) -> dict:
    """The picture that stands for a target, when it has one."""
    try:
        product = target.featured_image()
        image = product.data.url if product and product.data else ""
    except Exception:
        logger.exception("The featured image of %s could not be found.", target)
        image = ""
    return {"target": target, "image": image}


@register.inclusion_tag("tom_targets/partials/target_buttons.html", takes_context=True)
def target_buttons(context: template.Context, target: Any) -> dict:
    """Update, delete and whatever else this visitor may do with the target."""
    user = _user(context)
    loggedin = bool(user and user.is_authenticated)
    return {
        "target": target, "user": user, "request": context.get("request"),
        "may_change": loggedin and may(user, "change", target),
        "may_delete": loggedin and may(user, "delete", target),
    }


@register.inclusion_tag("tom_targets/partials/target_merge_fields.html", takes_context=True)
def target_merge_fields(context: template.Context, target1: Any, target2: Any) -> dict:
    """The values of two targets side by side, with a choice where they differ; `chosen` of the page is kept."""
    return merge_fields(target1, target2, context.get("chosen"), context.get("keep_pk"))


@register.inclusion_tag("tom_targets/partials/target_data.html")
def target_data(target: Any) -> dict:
    """Names, coordinates or elements, further fields and tags of a target."""
    extras, tags = display.extra_rows(target)
    sidereal = target.type == Target.SIDEREAL
    return {
        "target": target, "sidereal": sidereal, "aliases": target.names[1:],
        "coordinates": display.coordinate_rows(target.ra, target.dec) if sidereal else [],
        "motion": display.motion_rows(target) if sidereal else [],
        "values": display.value_rows(target),
        "custom": display.custom_rows(target), "extra_rows": extras, "tag_rows": tags,
        # as {name: value}, the way that templates of projects have it
        "extras": {row.label: row.value for row in extras},
    }


@register.inclusion_tag("tom_targets/partials/target_groups.html", takes_context=True)
def target_groups(context: template.Context, target: Any) -> dict:
    """The groups a target is in, of those this visitor may see."""
    groups = TargetList.objects.visible_to(_user(context)).filter(targets=target).order_by("name")
    return {"target": target, "groups": groups}


@register.inclusion_tag("tom_targets/partials/target_unknown_statuses.html")
def target_unknown_statuses(target: Any) -> dict:
    """How many of the target's observations are in no known state."""
    records = getattr(target, "observationrecord_set", None)
    return {"target": target, "num_unknown_statuses": records.filter(status="").count() if records is not None else 0}


@register.filter
def deg_to_sexigesimal(value: float, fmt: str) -> str:
    """Degrees as `HH:MM:SS.sss` (fmt `hms`) or `±DD:MM:SS.sss` (`dms`); empty without a value."""
    if value is None or value == "":
        return ""
    from tom_common.astro.angles import deg_to_sexagesimal

    return deg_to_sexagesimal(float(value), fmt)


@register.filter
def target_extra_field(target: Any, name: str) -> Any:
    """The value of an extra field of a target; None when it has none."""
    for extra in target.targetextra_set.all():
        if extra.key == name:
            kinds = {field["name"]: field.get("type", "string") for field in tom_settings.EXTRA_FIELDS}
            return extra.typed_value(kinds.get(name, "string"))
    return None


@register.filter
def extra_form_field(form: Form, field: str | dict) -> BoundField | str:
    """The form field of a declared extra field, named by itself or by its entry of EXTRA_FIELDS."""
    name = field["name"] if isinstance(field, dict) else str(field)
    return form[name] if name in form.fields else ""


# Plots and charts

@register.inclusion_tag("tom_targets/partials/target_plan.html", takes_context=True)
def target_plan(
    context: template.Context, fast_render: bool = False, width: int = 600, height: int = 400,
    background: str | None = None, label_color: str | None = None, grid: bool = True,
) -> dict:
    """Airmass, altitude and Moon through a night, at any known site. It is computed when it is seen.

    `fast_render` is taken for the sake of older templates: nothing waits for the plot anyway. The width is the page's.
    """
    target = context.get("target") or context["object"]
    height = None if height == 400 else height
    return {"target": target, "plan_url": _plot_url("plan", target, background, label_color, grid, height=height)}


@register.inclusion_tag("tom_targets/partials/moon_distance.html")
def moon_distance(
    target: Any, day_range: int = 30, width: int = 600, height: int = 400, background: str | None = None,
    label_color: str | None = None, grid: bool = True,
) -> dict:
    """The distance of the Moon and its lit part through the coming days."""
    url = _plot_url("moon-distance-plot", target, background, label_color, grid, days=day_range)
    return {"target": target, "plot_url": url, "width": width, "height": height}


def _plot_url(
    name: str, target: Any, background: str | None, label_color: str | None, grid: bool, **parameters: Any
) -> str:
    look = {"background": background, "label_color": label_color, "grid": "" if grid else "off"}
    query = urlencode({key: value for key, value in {**look, **parameters}.items() if value})
    url = reverse(f"tom_targets:{name}", args=[target.pk])
    return f"{url}?{query}" if query else url


@register.inclusion_tag("tom_targets/partials/aladin_finderchart.html")
def aladin_finderchart(target: Any) -> dict:
    """A finder chart: drawn here at once, with the sky viewer's images when there is a network."""
    return {"target": target, "url": reverse("tom_targets:finder-chart", args=[target.pk])}


@register.inclusion_tag("tom_targets/partials/aladin_skymap.html")
def aladin_skymap(targets: Any) -> dict:
    """Where the targets of a list are on the sky, in the sky viewer."""
    return _skymap(targets)


@register.inclusion_tag("tom_targets/partials/aladin_skymap_targets_oob.html")
def aladin_skymap_targets_oob(targets: Any) -> dict:
    """The targets of the map, to take the place of those on the page when a list has changed."""
    return {**_skymap(targets), "oob": True}


@register.inclusion_tag("tom_targets/partials/aladin_skymap.html")
def target_distribution(targets: Any) -> dict:
    """Where the targets of a list are on the sky."""
    return _skymap(targets)


def _skymap(targets: Any) -> dict:
    from tom_targets.plots import sky_points

    points = sky_points(targets, limit=MAPPED_TARGETS)
    return {"targets": points, "complete": len(points) < MAPPED_TARGETS, "limit": MAPPED_TARGETS}


# What other apps add to the page

@register.inclusion_tag("tom_targets/partials/module_buttons.html", takes_context=True)
def get_buttons(context: template.Context) -> dict:
    """The buttons that apps contribute to the target page."""
    return {**context.flatten(), "button_list": collect_partials("target_detail_buttons", context)}


@register.inclusion_tag("tom_targets/partials/app_tabs.html", takes_context=True)
def include_app_tabs(context: template.Context) -> dict:
    """The headings of the tabs that apps contribute."""
    return {**context.flatten(), "tabs_to_display": app_tab_labels()}


@register.inclusion_tag("tom_targets/partials/app_tab_divs.html", takes_context=True)
def include_app_tab_divs(context: template.Context) -> dict:
    """The contents of the tabs that apps contribute."""
    return {**context.flatten(), "tabs_to_display": get_app_tabs(context)}


def app_tab_labels() -> list[dict]:
    """[{'tab_id', 'label'}] of the contributed tabs, without making their contents."""
    return [
        {"tab_id": slugify(entry["label"]), "label": entry["label"]}
        for entry in (contribution.entry for contribution in collect("target_detail_tabs"))
        if isinstance(entry, dict) and entry.get("partial") and entry.get("label")
    ]


def get_app_tabs(context: template.Context) -> list[dict]:
    """[{'tab_id', 'label', 'partial'}]; `partial` is for the tag `show_individual_app_partial`."""
    return [
        {"tab_id": slugify(partial.entry["label"]), "label": partial.entry["label"], "partial": partial}
        for partial in collect_partials("target_detail_tabs", context)
        if partial.entry.get("label")
    ]


@register.simple_tag(takes_context=True)
def target_panels(context: template.Context, target: Any) -> list[dict]:
    """[{'label', 'panel_id', 'url' or 'partial'}] of the panels that apps contribute to the first tab.

    A panel with an address is fetched when it is seen; one with a partial comes with the page.
    """
    from tom_targets.panels import contributed_panels

    return contributed_panels(context, target)


