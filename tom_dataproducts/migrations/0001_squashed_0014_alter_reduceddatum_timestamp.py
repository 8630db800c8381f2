"""The tables as the 2.x releases of the TOM Toolkit left them, under the names plugins and databases know.

The links to observation records and to alert stream messages come with the apps that hold those.
"""

import django.db.models.deletion
import django.utils.timezone
import tom_dataproducts.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("tom_dataproducts", "0001_initial"),
        ("tom_dataproducts", "0004_auto_20190626_0904"),
        ("tom_dataproducts", "0005_auto_20190704_1010"),
        ("tom_dataproducts", "0006_auto_20190912_2013"),
        ("tom_dataproducts", "0007_manual_20191016_rename_type"),
        ("tom_dataproducts", "0008_auto_20191205_1952"),
        ("tom_dataproducts", "0009_auto_20210204_2221"),
        ("tom_dataproducts", "0010_manual_20210305_fix_spectroscopy"),
        ("tom_dataproducts", "0011_reduceddatum_message"),
        ("tom_dataproducts", "0012_alter_reduceddatum_data_product_and_more"),
        ("tom_dataproducts", "0013_alter_reduceddatum_message"),
        ("tom_dataproducts", "0014_alter_reduceddatum_timestamp"),
    ]

    dependencies = [("tom_targets", "0001_squashed_0030_alter_basetarget_slope")]

    operations = [
        migrations.CreateModel(
            name='DataProductGroup',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
            ],
            options={'ordering': ('-created',)},
        ),
        migrations.CreateModel(
            name='DataProduct',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_id', models.CharField(blank=True, help_text="The name that the file's source knows it by.", max_length=255, null=True, unique=True)),
                ('data', models.FileField(default=None, null=True, upload_to=tom_dataproducts.models.data_product_path)),
                ('extra_data', models.TextField(blank=True, default='')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('modified', models.DateTimeField(auto_now=True)),
                ('data_product_type', models.CharField(blank=True, default='', max_length=50)),
                ('featured', models.BooleanField(default=False)),
                ('thumbnail', models.FileField(blank=True, default=None, null=True, upload_to=tom_dataproducts.models.data_product_path)),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
                ('group', models.ManyToManyField(blank=True, to='tom_dataproducts.dataproductgroup')),
            ],
            options={'ordering': ('-created',), 'get_latest_by': ('modified',)},
        ),
        migrations.CreateModel(
            name='ReducedDatum',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('data_type', models.CharField(default='', help_text='photometry, spectroscopy, …', max_length=100)),
                ('source_name', models.CharField(blank=True, default='', help_text='Who measured or published it.', max_length=100)),
                ('source_location', models.CharField(blank=True, default='', help_text='Where it came from.', max_length=200)),
                ('timestamp', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('value', models.JSONField()),
                ('data_product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='tom_dataproducts.dataproduct')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
            ],
            options={'get_latest_by': ('timestamp',)},
        ),
    ]
