"""The tables as the 2.x releases of the TOM Toolkit left them, under the names plugins and databases know."""

import django.db.models.deletion
import django.utils.timezone
import tom_targets.base_models
import tom_targets.validators
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ("tom_targets", "0001_initial"),
        ("tom_targets", "0002_auto_20190115_2102"),
        ("tom_targets", "0002_auto_20190117_2248"),
        ("tom_targets", "0003_merge_20190123_1754"),
        ("tom_targets", "0004_auto_20190123_2010"),
        ("tom_targets", "0005_auto_20190214_1722"),
        ("tom_targets", "0006_auto_20190403_1659"),
        ("tom_targets", "0007_auto_20190423_1455"),
        ("tom_targets", "0007_auto_20190503_2318"),
        ("tom_targets", "0007_auto_20190515_0047"),
        ("tom_targets", "0008_merge_20190515_0914"),
        ("tom_targets", "0008_merge_20190520_1645"),
        ("tom_targets", "0009_auto_20190605_1656"),
        ("tom_targets", "0010_auto_20190715_1657"),
        ("tom_targets", "0010_merge_20190612_1227"),
        ("tom_targets", "0011_merge_20190731_1821"),
        ("tom_targets", "0012_target_perihdist"),
        ("tom_targets", "0013_manual_20190916_multiple_names"),
        ("tom_targets", "0014_auto_20190923_1827"),
        ("tom_targets", "0015_auto_20190923_2233"),
        ("tom_targets", "0016_auto_20191211_1707"),
        ("tom_targets", "0017_auto_20200130_2350"),
        ("tom_targets", "0018_auto_20200714_1832"),
        ("tom_targets", "0019_auto_20210811_0018"),
        ("tom_targets", "0020_alter_targetname_created_alter_targetname_modified"),
        ("tom_targets", "0021_rename_target_basetarget_alter_basetarget_options"),
        ("tom_targets", "0022_persistentshare"),
        ("tom_targets", "0023_alter_basetarget_created"),
        ("tom_targets", "0024_basetarget_permissions"),
        ("tom_targets", "0025_auto_20250206_2017"),
        ("tom_targets", "0026_alter_basetarget_permissions"),
        ("tom_targets", "0027_alter_basetarget_epoch_of_elements_and_more"),
        ("tom_targets", "0028_basetarget_abs_mag_basetarget_slope_and_more"),
        ("tom_targets", "0029_alter_basetarget_permissions"),
        ("tom_targets", "0030_alter_basetarget_slope"),
    ]

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BaseTarget',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text="The name of this target, e.g. Barnard's star.", max_length=100, unique=True, verbose_name='Name')),
                ('type', models.CharField(choices=[('SIDEREAL', 'Sidereal'), ('NON_SIDEREAL', 'Non-sidereal')], default='SIDEREAL', help_text='Sidereal: fixed on the sky. Non-sidereal: moves along an orbit.', max_length=100, verbose_name='Target type')),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False, help_text='When this target was made (UTC).', verbose_name='Time created')),
                ('modified', models.DateTimeField(auto_now=True, help_text='When this target was last changed (UTC).', verbose_name='Last modified')),
                ('permissions', models.CharField(choices=[('OPEN', 'Open'), ('PUBLIC', 'Public'), ('PRIVATE', 'Private')], default=tom_targets.base_models.get_default_target_permission, help_text='Open: everybody sees it. Public: who is logged in. Private: who has been given access.', max_length=100, verbose_name='Target permissions')),
                ('ra', models.FloatField(blank=True, help_text='Right ascension, degrees (ICRS).', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Right ascension')),
                ('dec', models.FloatField(blank=True, help_text='Declination, degrees (ICRS).', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Declination')),
                ('epoch', models.FloatField(blank=True, help_text='Epoch of the coordinates, Julian years, e.g. 2000.0.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Epoch')),
                ('parallax', models.FloatField(blank=True, help_text='Parallax, milliarcseconds.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Parallax')),
                ('pm_ra', models.FloatField(blank=True, help_text='Proper motion in right ascension, with cos(dec), milliarcseconds/year.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Proper motion (RA)')),
                ('pm_dec', models.FloatField(blank=True, help_text='Proper motion in declination, milliarcseconds/year.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Proper motion (Dec)')),
                ('galactic_lng', models.FloatField(blank=True, help_text='Galactic longitude, degrees. Computed when left empty.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Galactic longitude')),
                ('galactic_lat', models.FloatField(blank=True, help_text='Galactic latitude, degrees. Computed when left empty.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Galactic latitude')),
                ('distance', models.FloatField(blank=True, help_text='Distance, parsecs.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Distance')),
                ('distance_err', models.FloatField(blank=True, help_text='Uncertainty of the distance, parsecs.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Distance error')),
                ('scheme', models.CharField(blank=True, choices=[('MPC_MINOR_PLANET', 'MPC Minor Planet'), ('MPC_COMET', 'MPC Comet'), ('JPL_MAJOR_PLANET', 'JPL Major Planet')], help_text='Which orbital elements are given.', max_length=50, null=True, verbose_name='Orbital element scheme')),
                ('epoch_of_elements', models.FloatField(blank=True, help_text='Epoch of the elements, Modified Julian Date (TT).', null=True, validators=[tom_targets.validators.validate_finite, tom_targets.validators.validate_mjd], verbose_name='Epoch of elements')),
                ('mean_anomaly', models.FloatField(blank=True, help_text='Mean anomaly at the epoch of the elements, degrees.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Mean anomaly')),
                ('arg_of_perihelion', models.FloatField(blank=True, help_text='Argument of perihelion, degrees (J2000 ecliptic).', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Argument of perihelion')),
                ('eccentricity', models.FloatField(blank=True, help_text='Eccentricity: 0 a circle, below 1 an ellipse, 1 a parabola.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Eccentricity')),
                ('lng_asc_node', models.FloatField(blank=True, help_text='Longitude of the ascending node, degrees (J2000 ecliptic).', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Longitude of ascending node')),
                ('inclination', models.FloatField(blank=True, help_text='Inclination to the J2000 ecliptic, degrees from 0 to 180.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Inclination')),
                ('mean_daily_motion', models.FloatField(blank=True, help_text='Mean daily motion, degrees/day.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Mean daily motion')),
                ('semimajor_axis', models.FloatField(blank=True, help_text='Semimajor axis, au.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Semimajor axis')),
                ('epoch_of_perihelion', models.FloatField(blank=True, help_text='Time of perihelion passage, Modified Julian Date (TT).', null=True, validators=[tom_targets.validators.validate_finite, tom_targets.validators.validate_mjd], verbose_name='Epoch of perihelion')),
                ('ephemeris_period', models.FloatField(blank=True, help_text='Period of the ephemeris (variables, transits), days.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Ephemeris period')),
                ('ephemeris_period_err', models.FloatField(blank=True, help_text='Uncertainty of the period, days.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Ephemeris period error')),
                ('ephemeris_epoch', models.FloatField(blank=True, help_text='Time of minimum, maximum or transit, days (as published).', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Ephemeris epoch')),
                ('ephemeris_epoch_err', models.FloatField(blank=True, help_text='Uncertainty of the ephemeris epoch, days.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Ephemeris epoch error')),
                ('perihdist', models.FloatField(blank=True, help_text='Perihelion distance, au.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Perihelion distance')),
                ('abs_mag', models.FloatField(blank=True, help_text='Absolute magnitude: H of a minor planet, M1 of a comet.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Absolute magnitude')),
                ('slope', models.FloatField(blank=True, help_text='Slope parameter: G of a minor planet, k1 of a comet.', null=True, validators=[tom_targets.validators.validate_finite], verbose_name='Slope parameter')),
            ],
            options={
                'verbose_name': 'target',
                'permissions': (('view_target', 'View Target'), ('add_target', 'Add Target'), ('change_target', 'Change Target'), ('delete_target', 'Delete Target')),
            },
        ),
        migrations.CreateModel(
            name='TargetList',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The name of the grouping.', max_length=200)),
                ('created', models.DateTimeField(auto_now_add=True, help_text='When this grouping was made (UTC).')),
                ('modified', models.DateTimeField(auto_now=True, help_text='When this grouping was last changed (UTC).')),
                ('targets', models.ManyToManyField(to='tom_targets.basetarget')),
            ],
            options={
                'verbose_name': 'target grouping',
                'ordering': ('-created', 'name'),
            },
        ),
        migrations.CreateModel(
            name='TargetName',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='A further name of this target.', max_length=100, unique=True, verbose_name='Alias')),
                ('created', models.DateTimeField(auto_now_add=True, help_text='When this name was added (UTC).')),
                ('modified', models.DateTimeField(auto_now=True, help_text='When this name was last changed (UTC).')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='tom_targets.basetarget')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='PersistentShare',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('destination', models.CharField(max_length=200)),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-created',),
                'unique_together': {('target', 'destination')},
            },
        ),
        migrations.CreateModel(
            name='TargetExtra',
            fields=[
                ('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('value', models.TextField(blank=True, default='')),
                ('float_value', models.FloatField(blank=True, editable=False, null=True)),
                ('bool_value', models.BooleanField(blank=True, editable=False, null=True)),
                ('time_value', models.DateTimeField(blank=True, editable=False, null=True)),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='tom_targets.basetarget')),
            ],
            options={
                'unique_together': {('target', 'key')},
            },
        ),
    ]
