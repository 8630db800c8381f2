"""What the 3.x releases added to a measurement."""

from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [
        ("tom_dataproducts", "0011_reduceddatum_message_squashed_0015_remove_reduceddatum_message"),
        ("tom_dataproducts", "0015_remove_reduceddatum_message"),
        ("tom_dataproducts", "0016_reduceddatum_instrument_reduceddatum_telescope_and_more"),
        ("tom_dataproducts", "0017_spectroscopyreduceddatum_wavelength_unit"),
        ("tom_dataproducts", "0018_remove_astrometryreduceddatum_unique_astrometry_and_more"),
        ("tom_dataproducts", "0019_alter_astrometryreduceddatum_options_and_more"),
        ("tom_dataproducts", "0020_remove_astrometryreduceddatum_unique_astrometry_and_more"),
    ]

    dependencies = [("tom_dataproducts", "0001_squashed_0014_alter_reduceddatum_timestamp")]

    operations = [
        migrations.AddField("reduceddatum", "telescope", models.CharField(blank=True, default='', max_length=255)),
        migrations.AddField("reduceddatum", "instrument", models.CharField(blank=True, default='', max_length=255)),
        migrations.AddField("reduceddatum", "reduction_version", models.CharField(blank=True, default='', max_length=255)),
    ]
