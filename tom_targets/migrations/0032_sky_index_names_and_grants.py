"""Sky index, simplified names, and grants kept in tables with a foreign key to their object."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("tom_targets", "0031_squashed_shared"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("basetarget", "healpix", models.BigIntegerField(db_index=True, editable=False, help_text='HEALPix NESTED order 29 of the position; kept by itself.', null=True, verbose_name='Sky index')),
        migrations.AddField("basetarget", "name_simplified", models.CharField(db_index=True, default='', editable=False, help_text='The form in which names are compared.', max_length=200, verbose_name='Simplified name')),
        migrations.AddField("targetname", "name_simplified", models.CharField(db_index=True, default='', editable=False, help_text='The form in which names are compared.', max_length=200, verbose_name='Simplified name')),
        migrations.AddIndex("basetarget", models.Index(fields=["-created", "-id", "permissions"], name="tom_targets_created")),
        migrations.AddIndex("basetarget", models.Index(fields=["-modified", "-id", "permissions"], name="tom_targets_modified")),
        migrations.AddIndex("basetarget", models.Index(fields=["type", "-created", "-id", "permissions"], name="tom_targets_type_created")),
        migrations.AddIndex("basetarget", models.Index(fields=["ra", "id", "permissions"], name="tom_targets_ra")),
        migrations.AddIndex("basetarget", models.Index(fields=["dec", "id", "permissions"], name="tom_targets_dec")),
        migrations.AddIndex("targetextra", models.Index(fields=["key", "float_value"], name="tom_targets_extra_number")),
        migrations.AddIndex("targetextra", models.Index(fields=["key", "time_value"], name="tom_targets_extra_time")),
        migrations.AddIndex("targetextra", models.Index(fields=["key", "bool_value"], name="tom_targets_extra_bool")),
        migrations.CreateModel(
            name='TargetGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'group'], name='tom_targets_group_grant')],
                'unique_together': {('group', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='TargetListGroupObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_targets.targetlist')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.group')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'group'], name='tom_lists_group_grant')],
                'unique_together': {('group', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='TargetListUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_targets.targetlist')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'user'], name='tom_lists_user_grant')],
                'unique_together': {('user', 'permission', 'content_object')},
            },
        ),
        migrations.CreateModel(
            name='TargetUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('content_object', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['content_object', 'permission', 'user'], name='tom_targets_user_grant')],
                'unique_together': {('user', 'permission', 'content_object')},
            },
        ),
    ]
