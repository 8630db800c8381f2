"""Fill the new columns of measurements stored by earlier releases, and bring grants on data into the new tables."""

from django.conf import settings
from django.db import migrations
from django.utils import timezone

from tom_dataproducts.canonical import TYPED_COLUMNS, MeasurementRefused, measure

ACTIONS = ("view", "change", "delete")
BATCH_SIZE = 500


def fill_columns(apps, schema_editor):
    """What cannot be read stays as it is, without columns. A second copy of a measurement stays as superseded."""
    rows = apps.get_model("tom_dataproducts", "ReducedDatum").objects.using(schema_editor.connection.alias)
    now, last_pk, seen = timezone.now(), 0, set()
    while batch := list(rows.filter(pk__gt=last_pk, fingerprint=None).order_by("pk")[:BATCH_SIZE]):
        last_pk = batch[-1].pk
        readable = [row for row in batch if fill(row, now, seen)]
        rows.bulk_update(readable, [*TYPED_COLUMNS, "fingerprint", "superseded"], batch_size=50)


def fill(row, now, seen):
    equipment = {name: getattr(row, name) for name in ("telescope", "instrument", "exposure_time")}
    try:
        measurement = measure(row.data_type, row.timestamp, row.value, **equipment)
    except MeasurementRefused:
        return False
    for column in TYPED_COLUMNS:
        setattr(row, column, getattr(measurement, column))
    fingerprint = measurement.fingerprint(row.target_id, row.data_type, row.source_name)
    if fingerprint in seen:
        row.superseded = now
    else:
        seen.add(fingerprint)
        row.fingerprint = fingerprint
    return True


def move_grants(apps, schema_editor):
    alias = schema_editor.connection.alias
    for model_name in ("DataProduct", "ReducedDatum"):
        content = apps.get_model("tom_dataproducts", model_name).objects.using(alias)
        codenames = [f"{action}_{model_name.lower()}" for action in ACTIONS]
        for kind in ("User", "Group"):
            old = apps.get_model("guardian", f"{kind}ObjectPermission").objects.using(alias)
            new = apps.get_model("tom_dataproducts", f"{model_name}{kind}ObjectPermission")
            holder = f"{kind.lower()}_id"
            grants = old.filter(permission__codename__in=codenames)
            rows = list(grants.values_list("object_pk", "permission_id", holder))
            present = set(content.values_list("pk", flat=True)) if rows else set()
            new.objects.using(alias).bulk_create(
                [
                    new(content_object_id=int(pk), permission_id=permission, **{holder: one})
                    for pk, permission, one in rows if pk.isdigit() and int(pk) in present
                ],
                batch_size=BATCH_SIZE,
            )
            grants.delete()


class Migration(migrations.Migration):

    dependencies = [
        ("tom_dataproducts", "0021_typed_columns_and_grants"),
        ("guardian", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(fill_columns, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(move_grants, migrations.RunPython.noop, elidable=True),
    ]
