"""The description of the API (OpenAPI) that /api/schema.json serves.

    SPECTACULAR_SETTINGS = {"DEFAULT_GENERATOR_CLASS": "tom_common.api_schema.SchemaGenerator"}

The inspector comes in here and not by DEFAULT_SCHEMA_CLASS: that would be imported with the first viewset, and takes
longer to load than the rest of a TOM.
"""

from typing import Any

from drf_spectacular.generators import SchemaGenerator as BaseSchemaGenerator
from drf_spectacular.openapi import AutoSchema


class SchemaGenerator(BaseSchemaGenerator):
    def create_view(self, callback: Any, method: str, request: Any = None) -> Any:
        view = super().create_view(callback, method, request)
        if not isinstance(view.schema, AutoSchema):
            view.schema = AutoSchema()
        return view
