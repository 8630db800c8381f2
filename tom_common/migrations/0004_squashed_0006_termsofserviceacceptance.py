import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What the 3.x line changed, under the names a database of that line has recorded."""

    replaces = [
        ("tom_common", "0004_delete_usersession"),
        ("tom_common", "0005_profile_password_changed_at_profile_phone_number"),
        ("tom_common", "0006_termsofserviceacceptance"),
    ]
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("tom_common", "0001_squashed_0002_usersession"),
    ]
    operations = [
        migrations.DeleteModel(name="UserSession"),
        migrations.AddField("profile", "password_changed_at",
                            models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("profile", "phone_number", models.CharField(blank=True, max_length=30, null=True)),
        migrations.CreateModel(
            name="TermsOfServiceAcceptance",
            fields=[
                ("id", models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=50)),
                ("accepted_at", models.DateTimeField(auto_now_add=True)),
                ("ip_address", models.GenericIPAddressField(blank=True, null=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE,
                                           related_name="tos_acceptances", to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
