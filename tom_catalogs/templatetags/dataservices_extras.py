"""The name under which projects load `catalog_query_menu`."""

from django import template

from tom_catalogs.templatetags.catalogs_extras import catalog_query_menu as _catalog_query_menu

register = template.Library()
t = register


@register.inclusion_tag("tom_catalogs/partials/catalog_query_menu.html", takes_context=True)
def catalog_query_menu(context: template.Context | None = None) -> dict:
    return _catalog_query_menu(context)
