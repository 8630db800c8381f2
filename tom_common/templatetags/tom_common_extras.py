"""Tags and filters that every page may use."""

import logging
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import uuid4

from django import template
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.forms.utils import flatatt
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tom_common.conf import tom_settings
from tom_common.integration import collect_partials
from tom_common.pagination import pagination_info
from tom_common.plots import figure_json, plot_attributes

logger = logging.getLogger(__name__)
register = template.Library()

THEMES = ("light", "dark", "auto")


@register.simple_tag
def tom_name() -> str:
    """The name of this TOM, as the project calls it."""
    return tom_settings.TOM_NAME


@register.simple_tag
def tom_version() -> str:
    """The version of the framework; empty when it runs from a folder that was never installed."""
    return _version()


@lru_cache(maxsize=1)
def _version() -> str:
    try:
        return version("tomtoolkit")
    except PackageNotFoundError:
        return ""


@register.simple_tag
def get_theme() -> str:
    """The project's CSS_THEME in lower case, or nothing."""
    return str(tom_settings.CSS_THEME or "").lower()


@register.simple_tag(takes_context=True)
def theme_attributes(context: template.Context) -> SafeString:
    """The attributes of <html> that choose light or dark: what the visitor remembered, else what the project says."""
    request = context.get("request")
    choice = request.COOKIES.get("tom_theme", "") if request else ""
    if choice not in THEMES:
        choice = get_theme() if get_theme() in THEMES else "auto"
    drawn = choice if choice != "auto" else "light"
    return format_html('data-theme-choice="{}" data-theme="{}" data-bs-theme="{}"', choice, drawn, drawn)


@register.simple_tag
def theme_stylesheet() -> SafeString:
    """The link to the project's own `tom_common/css/<CSS_THEME>.css`; light and dark are in every page already."""
    name = get_theme()
    if not name or name in THEMES:
        return mark_safe("")
    try:
        return format_html('<link rel="stylesheet" href="{}">', static(f"tom_common/css/{name}.css"))
    except ValueError:
        logger.error("CSS_THEME is %r, but there is no static file tom_common/css/%s.css.", name, name)
        return mark_safe("")


@register.simple_tag(takes_context=True)
def site_is_open(context: template.Context) -> bool:
    """Whether this visitor may see more than the login page."""
    user = context.get("user")
    return tom_settings.AUTH_STRATEGY != "LOCKED" or bool(user and user.is_authenticated)


@register.simple_tag(takes_context=True)
def nav_link(
    context: template.Context, url_name: str, label: str, css_class: str = "nav-link", wrap: str = ""
) -> SafeString:
    """A link to a page by the name of its URL, marked when it is this page; nothing when no such page is installed."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return mark_safe("")
    request = context.get("request")
    here = bool(request) and request.path == url
    current = mark_safe(' aria-current="page"') if here else ""
    link = format_html('<a class="{}{}" href="{}"{}>{}</a>', css_class, " active" if here else "", url, current, label)
    return format_html('<li class="nav-item">{}</li>', link) if wrap == "li" else link


@register.inclusion_tag("tom_common/partials/navbar_app_addons.html", takes_context=True)
def navbar_app_addons(context: template.Context, position: str = "left") -> dict:
    """The navigation items that apps contribute for the left or the right side."""
    partials = collect_partials("nav_items", {})
    wanted = [partial for partial in partials if (partial.entry.get("position") or "left") == position]
    return {**context.flatten(), "nav_items": wanted}


@register.inclusion_tag("tom_common/partials/navbar_app_addons.html", takes_context=True)
def home_panels(context: template.Context, position: str = "main") -> dict:
    """The cards that apps contribute to the first page, for its main column or the one beside it."""
    partials = collect_partials("home_panels", context)
    wanted = [partial for partial in partials if (partial.entry.get("position") or "main") == position]
    return {**context.flatten(), "nav_items": wanted}


@register.simple_tag(takes_context=True)
def unfinished_jobs(context: template.Context, limit: int = 5) -> list:
    """The newest jobs of this visitor that are not done yet."""
    from tom_common.models import Job  # models: not before the apps are ready

    return list(Job.objects.visible_to(context.get("user")).unfinished()[:limit])


@register.inclusion_tag("tom_common/partials/include_app_partial.html", takes_context=True)
def show_individual_app_partial(context: template.Context, app_partial_data: Any) -> dict:
    """A contributed partial, its context laid over the page's. One that fails is logged and named in its place."""
    data = app_partial_data if isinstance(app_partial_data, dict) else vars(app_partial_data)
    name = data.get("template") or data.get("partial")
    error, html = data.get("error", ""), ""
    if not error:
        try:
            html = _render_over(context, name, data.get("context") or {})
        except Exception:
            logger.exception("The contributed template %s could not be shown.", name)
            error = f"{data.get('app_name') or name} could not be shown."
    return {"app_partial_data": data, "app_partial_html": html, "app_partial_error": error}


def _render_over(context: template.Context, name: str, laid_over: dict) -> SafeString:
    with context.push(**laid_over):
        return context.template.engine.get_template(name).render(context)


@register.simple_tag(takes_context=True)
def show_if_installed(context: template.Context, app: str, partial: str) -> SafeString:
    """A partial of an app that a project may have left out. One that fails is logged and named in its place."""
    if not apps.is_installed(app):
        return mark_safe("")
    try:
        return _render_over(context, partial, {})
    except Exception:
        logger.exception("The template %s could not be shown.", partial)
        name = apps.get_app_config(app.rsplit(".", 1)[-1]).verbose_name
        return format_html('<p class="app-partial-error text-muted small">{} could not be shown.</p>', name)


@register.simple_tag
def htmx_link_attributes() -> SafeString:
    """What makes a link inside a table fetch the table alone and write its address into the browser's."""
    return mark_safe(
        'hx-target="closest div.table-container" hx-swap="outerHTML show:none" hx-push-url="true" '
        'hx-indicator="closest div.table-container"'
    )


@register.simple_tag(name="pagination_info")
def pagination_info_of(page: Any) -> str:
    """Which rows of how many a page shows; nothing when SHOW_PAGINATION_INFO is off."""
    return pagination_info(page) if page and tom_settings.SHOW_PAGINATION_INFO else ""


@register.simple_tag
def comments_enabled() -> bool:
    """Whether this TOM has comments."""
    return bool(tom_settings.COMMENTS_ENABLED)


@register.inclusion_tag("comments/list.html", takes_context=True)
def recent_comments(context: template.Context, limit: int = 10) -> dict:
    """The newest comments on things that this visitor may see."""
    shown = comments_enabled() and apps.is_installed("django_comments")
    comments = []
    if shown:
        from tom_common.comments import newest_visible_comments  # models: not before the apps are ready

        comments = newest_visible_comments(context.get("user"), limit)
    return {**context.flatten(), "comment_list": comments}


@register.simple_tag
def verbose_name(instance: Model, field_name: str) -> str:
    """What a field is called, its first letter a capital: `Right ascension`."""
    try:
        name = str(instance._meta.get_field(field_name).verbose_name)
    except (FieldDoesNotExist, AttributeError):
        name = str(field_name).replace("_", " ")
    return name[:1].upper() + name[1:]


@register.simple_tag
def help_text(instance: Model, field_name: str) -> str:
    """The help text of a field; empty when it has none."""
    try:
        return str(instance._meta.get_field(field_name).help_text)
    except (FieldDoesNotExist, AttributeError):
        return ""


@register.filter
def truncate_value_for_display(value: Any, width: int = 12) -> str:
    """A value in at most `width` characters: numbers lose decimals (never their size), text ends in an ellipsis."""
    width = max(int(width), 2)
    text = "" if value is None else str(value)
    if len(text) <= width:
        return text
    if isinstance(value, float):
        for digits in range(width, 0, -1):
            shorter = f"{value:.{digits}g}"
            if len(shorter) <= width:
                return shorter
    return text[: width - 1].rstrip() + "…"


@register.filter
def multiplyby(value: Any, arg: Any) -> Any:
    """The product of two numbers; empty when one of them is none."""
    try:
        return float(value) * float(arg)
    except (TypeError, ValueError):
        return ""


@register.filter
def addstr(arg1: Any, arg2: Any) -> str:
    """Two values joined as text."""
    return f"{arg1}{arg2}"


@register.inclusion_tag("tom_common/partials/copy_button.html")
def copy_button(text_to_copy: Any = "", help_text: str = "Copy") -> dict:
    """A button that puts a text into the clipboard."""
    return {"text_to_copy": text_to_copy, "help_text": help_text}


@register.simple_tag
def plot(url: str, height: int = 400, name: str = "", form: str = "", label: str = "Plot") -> SafeString:
    """The place of a plot, which is fetched from `url` and drawn when it comes into view.

    `height` in pixels; `name` is the file name of a saved picture; `form` the selector of a form whose fields become
    the query and whose changes draw the plot anew; `label` what a screen reader says.
    """
    return _placeholder(plot_attributes(url=url, height=height, name=name, form=form), label)


@register.simple_tag
def plot_figure(figure: Any, height: int = 400, name: str = "", label: str = "Plot") -> SafeString:
    """A small figure that travels inside the page."""
    source = f"plot-{uuid4().hex}"
    # The escapes of Django's json_script, for text that is JSON already.
    text = figure_json(figure).translate({ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"})
    script = format_html('<script id="{}" type="application/json">{}</script>', source, mark_safe(text))
    return script + _placeholder(plot_attributes(source=source, height=height, name=name), label)


def _placeholder(attributes: dict[str, Any], label: str) -> SafeString:
    words = "This plot needs JavaScript."
    box = '<div class="tom-plot"{} role="img" aria-label="{}"><noscript>{}</noscript></div>'
    return format_html(box, flatatt(attributes), label, words)
