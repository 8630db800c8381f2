"""What happens to targets is written down, and merges so that they can be undone."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import tom_targets.history


class Migration(migrations.Migration):

    dependencies = [
        ("tom_targets", "0033_fill_columns_and_move_grants"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.CharField(
                    help_text="created, fields, names, …, or what an app calls its own.", max_length=50,
                )),
                ("time", models.DateTimeField(default=django.utils.timezone.now, help_text="When it happened (UTC).")),
                ("about_model", models.CharField(
                    blank=True, default="", max_length=150,
                    help_text="What else the event is about: who may not see that, does not see the event.",
                )),
                ("about_pk", models.BigIntegerField(null=True)),
                ("data", models.JSONField(default=dict, encoder=tom_targets.history.ExactEncoder)),
                ("text", models.TextField(blank=True, default="", help_text="What an app has to say about it.")),
                ("actor", models.ForeignKey(
                    help_text="Who did it.", null=True, on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+", to=settings.AUTH_USER_MODEL,
                )),
                ("target", models.ForeignKey(
                    db_index=False, on_delete=django.db.models.deletion.CASCADE, to="tom_targets.basetarget",
                )),
            ],
            options={
                "ordering": ("-time", "-id"),
                "indexes": [models.Index(fields=["target", "-time", "-id"], name="tom_targets_timeline")],
            },
        ),
        migrations.CreateModel(
            name="MergeRecord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("merged_pk", models.BigIntegerField(help_text="The key of the target that is no more.")),
                ("merged_name", models.CharField(max_length=100)),
                ("time", models.DateTimeField(
                    default=django.utils.timezone.now, help_text="When they were merged (UTC).",
                )),
                ("content", models.JSONField(
                    encoder=tom_targets.history.ExactEncoder, help_text="What was there, what moved, what was given up.",
                )),
                ("undone", models.DateTimeField(help_text="When the merge was undone (UTC).", null=True)),
                ("actor", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to=settings.AUTH_USER_MODEL,
                )),
                ("target", models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="merge_records",
                    to="tom_targets.basetarget",
                )),
                ("undone_by", models.ForeignKey(
                    null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+",
                    to=settings.AUTH_USER_MODEL,
                )),
            ],
            options={"ordering": ("-time", "-id")},
        ),
    ]
