"""What the 3.x releases added."""

from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [("tom_targets", "0031_basetarget_shared_by_basetarget_shared_from")]

    dependencies = [("tom_targets", "0001_squashed_0030_alter_basetarget_slope")]

    operations = [
        migrations.AddField("basetarget", "shared_by", models.CharField(blank=True, editable=False, help_text='Who shared this target with this TOM.', max_length=255, null=True, verbose_name='Shared by')),
        migrations.AddField("basetarget", "shared_from", models.CharField(blank=True, editable=False, help_text='The TOM or service from which this target came.', max_length=255, null=True, verbose_name='Shared from')),
    ]
