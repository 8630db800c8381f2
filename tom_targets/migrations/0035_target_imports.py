"""Tables that are on their way in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tom_targets.exchange.models


class Migration(migrations.Migration):

    dependencies = [
        ("tom_common", "0007_job"),
        ("tom_targets", "0034_timeline_and_merges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TargetImport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(help_text="What the file is called.", max_length=200)),
                ("file", models.FileField(blank=True, max_length=200, upload_to=tom_targets.exchange.models.private_path)),
                ("delimiter", models.CharField(blank=True, help_text="Between the columns; empty: found out.", max_length=10)),
                ("encoding", models.CharField(blank=True, max_length=20)),
                ("columns", models.JSONField(default=list, help_text="What becomes of each column.")),
                ("options", models.JSONField(blank=True, default=dict, help_text="What was chosen beside the columns.")),
                ("state", models.CharField(choices=[("open", "not imported yet"), ("done", "imported"), ("incomplete", "stopped before the end")], default="open", max_length=10)),
                ("checked", models.JSONField(blank=True, help_text="What the dry run found.", null=True)),
                ("report", models.JSONField(blank=True, help_text="What became of the rows.", null=True)),
                ("refused", models.FileField(blank=True, max_length=200, upload_to=tom_targets.exchange.models.private_path)),
                ("created", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("job", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="tom_common.job")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="target_imports", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ("-created", "-pk"),
            },
        ),
    ]
