import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('tom_targets', '0030_alter_basetarget_slope'),
    ]

    operations = [
        migrations.CreateModel(
            name='UserDefinedTarget',
            fields=[
                ('basetarget_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='tom_targets.basetarget')),
                ('redshift', models.FloatField(blank=True, help_text='Heliocentric.', null=True, verbose_name='redshift')),
                ('classification', models.CharField(blank=True, choices=[('', 'unknown'), ('SN Ia', 'SN Ia'), ('SN II', 'SN II')], default='', max_length=20)),
                ('survey', models.CharField(blank=True, default='', max_length=50)),
                ('priority', models.IntegerField(default=0)),
                ('confirmed', models.BooleanField(default=False)),
                ('discovered', models.DateTimeField(blank=True, null=True)),
                ('internal_note', models.CharField(blank=True, default='', max_length=100)),
            ],
            options={
                'verbose_name': 'target',
                'permissions': (('view_target', 'View Target'), ('add_target', 'Add Target'), ('change_target', 'Change Target'), ('delete_target', 'Delete Target')),
            },
            bases=('tom_targets.basetarget',),
        ),
    ]
