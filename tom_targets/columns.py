"""Columns with a rule of their own. Migrations see the plain Django field."""

import math
from typing import Any

from django.db import models


class FiniteFloatField(models.FloatField):
    """A number that is never NaN nor infinite in the database.

    Tables write NaN for what is missing, and so do scripts that save without `full_clean`; it is stored as NULL, on
    every database. (PostgreSQL would keep it, and no JSON could be made of the row.)
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, float) and not math.isfinite(value):
            value = None
            setattr(model_instance, self.attname, value)
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            value = None
        return super().get_db_prep_save(value, connection)

    def deconstruct(self) -> tuple:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.FloatField", args, kwargs
