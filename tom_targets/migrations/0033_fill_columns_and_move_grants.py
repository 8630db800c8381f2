"""Fill the new columns, and bring grants given by earlier releases into the new tables."""

from django.conf import settings
from django.db import migrations

from tom_targets.names import MAX_SIMPLIFIED, simplify_name

ACTIONS = ("view", "change", "delete", "add")
BATCH_SIZE = 2000


def fill_columns(apps, schema_editor):
    from tom_common.astro.sky import healpix_index  # heavy: numpy

    for model_name, with_position in (("BaseTarget", True), ("TargetName", False)):
        rows = apps.get_model("tom_targets", model_name).objects.using(schema_editor.connection.alias)
        columns = ["name_simplified", "healpix"] if with_position else ["name_simplified"]
        batch = []
        for row in rows.only("name", *(("ra", "dec") if with_position else ())).iterator(BATCH_SIZE):
            row.name_simplified = simplify_name(row.name)[:MAX_SIMPLIFIED]
            if with_position:
                row.healpix = healpix_index(row.ra, row.dec)
            batch.append(row)
        rows.bulk_update(batch, columns, batch_size=200)


def move_grants(apps, schema_editor):
    alias = schema_editor.connection.alias
    for kind, model_name, noun in (
        ("User", "Target", "target"), ("Group", "Target", "target"),
        ("User", "TargetList", "targetlist"), ("Group", "TargetList", "targetlist"),
    ):
        old = apps.get_model("guardian", f"{kind}ObjectPermission").objects.using(alias)
        new = apps.get_model("tom_targets", f"{model_name}{kind}ObjectPermission")
        holder = f"{kind.lower()}_id"
        content = new._meta.get_field("content_object").related_model.objects.using(alias)
        grants = old.filter(permission__codename__in=[f"{action}_{noun}" for action in ACTIONS])
        rows = list(grants.values_list("object_pk", "permission_id", holder))
        pks = {int(pk) for pk, _, _ in rows if pk.isdigit()}
        present = set(content.values_list("pk", flat=True)) & pks if pks else set()
        new.objects.using(alias).bulk_create(
            [
                new(content_object_id=int(pk), permission_id=permission, **{holder: one})
                for pk, permission, one in rows if pk.isdigit() and int(pk) in present
            ],
            batch_size=BATCH_SIZE,
        )
        grants.delete()


def move_grants_back(apps, schema_editor):
    alias = schema_editor.connection.alias
    for kind in ("User", "Group"):
        old = apps.get_model("guardian", f"{kind}ObjectPermission")
        holder = f"{kind.lower()}_id"
        for model_name in ("Target", "TargetList"):
            grants = apps.get_model("tom_targets", f"{model_name}{kind}ObjectPermission").objects.using(alias)
            old.objects.using(alias).bulk_create(
                [
                    old(
                        object_pk=str(grant.content_object_id), permission_id=grant.permission_id,
                        content_type_id=grant.permission.content_type_id, **{holder: getattr(grant, holder)},
                    )
                    for grant in grants.select_related("permission")
                ],
                batch_size=BATCH_SIZE,
            )


class Migration(migrations.Migration):

    dependencies = [
        ("tom_targets", "0032_sky_index_names_and_grants"),
        ("guardian", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(fill_columns, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(move_grants, move_grants_back, elidable=True),
    ]
