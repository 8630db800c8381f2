"""A measurement's typed columns, its fingerprint, and tables for grants on data.

When a row was stored is not known of the rows that are there already: their `created` stays empty.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tom_dataproducts", "0015_squashed_0020_reduced_data"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField("reduceddatum", "id", models.BigAutoField(primary_key=True, serialize=False)),
        migrations.AddField("reduceddatum", 'source_id', models.CharField(blank=True, default='', help_text="The source's own name of this measurement; a new value under it replaces the old one.", max_length=255)),
        migrations.AddField("reduceddatum", 'bandpass', models.CharField(blank=True, default='', max_length=100)),
        migrations.AddField("reduceddatum", 'brightness', models.FloatField(blank=True, help_text='In `unit`; empty for a limit.', null=True)),
        migrations.AddField("reduceddatum", 'brightness_error', models.FloatField(blank=True, help_text='One standard deviation, in `unit`.', null=True)),
        migrations.AddField("reduceddatum", 'limit', models.FloatField(blank=True, help_text='The faintest that would have been seen, in `unit`.', null=True)),
        migrations.AddField("reduceddatum", 'unit', models.CharField(blank=True, default='', help_text='As astropy writes it, e.g. mag(AB).', max_length=100)),
        migrations.AddField("reduceddatum", 'exposure_time', models.FloatField(blank=True, help_text='Seconds', null=True)),
        migrations.AddField("reduceddatum", 'superseded', models.DateTimeField(blank=True, editable=False, help_text='When the source replaced this value by a newer one.', null=True)),
        migrations.AddField("reduceddatum", 'fingerprint', models.UUIDField(editable=False, null=True, unique=True)),
        migrations.AddField("reduceddatum", "created", models.DateTimeField(editable=False, null=True)),
        migrations.AlterField("reduceddatum", "created", models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True)),
        migrations.AddIndex("reduceddatum", models.Index(fields=['target', 'data_type', 'timestamp'], name='reduceddatum_of_target')),
        migrations.AddIndex("reduceddatum", models.Index(fields=['data_type', 'bandpass', 'brightness'], name='reduceddatum_brightness')),
        migrations.AddIndex(
            "reduceddatum",
            models.Index(condition=models.Q(('source_id', ''), _negated=True), fields=['target', 'source_name', 'source_id'], name='reduceddatum_source'),
        ),
        migrations.CreateModel(
            name='DataProductUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_dataproducts.dataproduct')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'user'], name='tom_data_product_user_grant')],
                'unique_together': {('user', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='DataProductGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_dataproducts.dataproduct')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'group'], name='tom_data_product_group_grant')],
                'unique_together': {('group', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='ReducedDatumUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_dataproducts.reduceddatum')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'user'], name='tom_data_datum_user_grant')],
                'unique_together': {('user', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='ReducedDatumGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_dataproducts.reduceddatum')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'group'], name='tom_data_datum_group_grant')],
                'unique_together': {('group', 'permission', 'content_object')},
            },
        ),
    ]
