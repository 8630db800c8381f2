import base64
import io
from unittest.mock import patch

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test import SimpleTestCase, TransactionTestCase, override_settings
from django.test.utils import isolate_apps

from tom_common.encryption import (
    KEEP,
    DecryptionError,
    EncryptedFormField,
    EncryptedModelField,
    Undecryptable,
    decrypt,
    encrypt,
)

OLD, NEW = "an old key of the project" * 3, "a new key of the project" * 3
SECRET = "pässword of the observatory"


class FunctionTests(SimpleTestCase):
    def test_there_and_back(self):
        for text in (SECRET, "", "☄" * 1000):
            self.assertEqual(decrypt(encrypt(text)), text)

    @override_settings(SECRET_KEY=OLD)
    def test_the_key_is_derived_as_the_contract_says(self):
        derived = HKDF(SHA256(), 32, None, b"tom-toolkit-encryption-v1").derive(OLD.encode())
        fernet = Fernet(base64.urlsafe_b64encode(derived))
        self.assertEqual(fernet.decrypt(encrypt(SECRET)).decode(), SECRET)
        self.assertEqual(decrypt(fernet.encrypt(SECRET.encode())), SECRET)

    def test_a_token_may_come_as_text_or_as_a_view_of_memory(self):
        token = encrypt(SECRET)
        self.assertEqual(decrypt(token.decode()), SECRET)
        self.assertEqual(decrypt(memoryview(token)), SECRET)

    def test_an_earlier_key_still_opens(self):
        with override_settings(SECRET_KEY=OLD):
            token = encrypt(SECRET)
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
            self.assertEqual(decrypt(token), SECRET)
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[]), self.assertRaises(DecryptionError) as caught:
            decrypt(token)
        self.assertIn("SECRET_KEY_FALLBACKS", str(caught.exception))

    def test_what_is_no_token_is_refused(self):
        for nonsense in (b"", b"nonsense", "gAAAAA", "ü"):
            with self.assertRaises(DecryptionError):
                decrypt(nonsense)


class FieldTests(SimpleTestCase):
    def test_migrations_name_it_as_those_of_plugins_do(self):
        text = MigrationWriter.serialize(EncryptedModelField())[0]
        self.assertEqual(text, "tom_common.encryption.EncryptedModelField(blank=True, editable=True, null=True)")

    def test_the_form_field_hands_on_what_was_done(self):
        field = EncryptedFormField(required=False)
        self.assertEqual(field.clean("new"), "new")
        self.assertIs(field.clean(KEEP), KEEP)
        self.assertIsNone(field.clean(None))
        self.assertEqual([field.has_changed("x", data) for data in (KEEP, "new", None)], [False, True, True])
        self.assertFalse(field.has_changed(None, None))

    def test_a_required_form_field_wants_a_secret(self):
        with self.assertRaises(forms.ValidationError):
            EncryptedFormField(required=True).clean("")


@isolate_apps("tom_common")
class ModelTests(TransactionTestCase):
    """With a model that lives for the test."""

    def setUp(self):
        class Vault(models.Model):
            name = models.CharField(max_length=20, blank=True)
            secret = EncryptedModelField()

            class Meta:
                app_label = "tom_common"

        class VaultForm(forms.ModelForm):
            class Meta:
                model = Vault
                fields = ("name", "secret")

        self.model, self.form = Vault, VaultForm
        with connection.schema_editor() as editor:
            editor.create_model(Vault)
        self.addCleanup(self.drop)

    def drop(self):
        with connection.schema_editor() as editor:
            editor.delete_model(self.model)

    def stored(self, pk: int) -> bytes | None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM tom_common_vault WHERE id = %s", [pk])
            value = cursor.fetchone()[0]
        return None if value is None else bytes(value)

    def test_text_goes_in_and_comes_out_and_a_token_is_stored(self):
        vault = self.model.objects.create(secret=SECRET)
        self.assertEqual(self.model.objects.get().secret, SECRET)
        self.assertEqual(decrypt(self.stored(vault.pk)), SECRET)
        self.assertNotIn(b"observatory", self.stored(vault.pk))
        self.model.objects.filter(pk=vault.pk).update(secret="other")
        self.assertEqual(self.model.objects.get().secret, "other")

    def test_nothing_is_stored_as_null(self):
        for nothing in ("", None):
            vault = self.model.objects.create(secret=nothing)
            self.assertIsNone(self.stored(vault.pk))
            self.assertIsNone(self.model.objects.get(pk=vault.pk).secret)
            self.assertIsNone(vault.secret)

    def test_it_cannot_be_searched_but_for_its_presence(self):
        self.model.objects.create(secret=SECRET)
        self.model.objects.create()
        for lookup in ("secret", "secret__contains", "secret__in", "secret__startswith"):
            with self.assertRaises(FieldError):
                list(self.model.objects.filter(**{lookup: "x"}))
        self.assertEqual(self.model.objects.filter(secret__isnull=False).count(), 1)

    def test_a_dump_holds_no_secret_and_does_not_bring_nonsense_back(self):
        self.model.objects.create(secret=SECRET)
        for kind in ("json", "python", "xml"):
            dump = serializers.serialize(kind, self.model.objects.all())
            self.assertNotIn(SECRET, str(dump))
            self.assertIn(EncryptedModelField.REDACTED, str(dump))
        field = self.model._meta.get_field("secret")
        self.assertIsNone(field.to_python(EncryptedModelField.REDACTED))

    def test_what_cannot_be_opened_reads_as_empty_and_is_not_lost_by_saving(self):
        with override_settings(SECRET_KEY=OLD):
            vault = self.model.objects.create(secret=SECRET)
        token = self.stored(vault.pk)
        with override_settings(SECRET_KEY=NEW), self.assertLogs("tom_common.encryption", "ERROR"):
            again = self.model.objects.get()
            self.assertFalse(again.secret)
            again.name = "changed"
            again.full_clean()
            again.save()
        self.assertEqual(self.stored(vault.pk), token)
        with override_settings(SECRET_KEY=OLD):
            self.assertEqual(self.model.objects.get().secret, SECRET)

    def test_a_form_never_shows_the_secret(self):
        html = str(self.form(instance=self.model.objects.create(secret=SECRET)))
        self.assertNotIn(SECRET, html)
        self.assertIn("One is stored", html)
        self.assertIn('name="secret-clear"', html)
        self.assertNotIn("secret-clear", str(self.form()))

    def test_a_form_keeps_replaces_or_forgets(self):
        vault = self.model.objects.create(secret=SECRET)
        for data, secret in (({"name": "a"}, SECRET), ({"name": "b", "secret": ""}, SECRET),
                             ({"secret": "new one "}, "new one"), ({"secret": "x", "secret-clear": "on"}, "x"),
                             ({"secret": "", "secret-clear": "on"}, None)):
            form = self.form(data, instance=self.model.objects.get(pk=vault.pk))
            self.assertTrue(form.is_valid(), form.errors)
            form.save()
            self.assertEqual(self.model.objects.get(pk=vault.pk).secret, secret)
        form = self.form({"name": "first"})
        form.save()
        self.assertIsNone(self.model.objects.get(name="first").secret)

    def test_what_a_form_keeps_is_kept_also_when_assigned_by_hand(self):
        vault = self.model.objects.create(secret=SECRET)
        vault.secret = KEEP
        vault.save()
        self.assertEqual((vault.secret, self.model.objects.get().secret), (SECRET, SECRET))

    def rotate(self, *args: str) -> str:
        out = io.StringIO()
        with patch("tom_common.management.commands.rotate_encryption_key.apps.get_models", return_value=[self.model]):
            call_command("rotate_encryption_key", *args, stdout=out)
        return out.getvalue()

    def test_rotation_writes_all_under_the_present_key(self):
        with override_settings(SECRET_KEY=OLD):
            for number in range(3):
                self.model.objects.create(secret=f"{SECRET} {number}")
            self.model.objects.create()
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
            before = self.stored(1)
            self.assertIn("3 secrets could be", self.rotate("--dry-run"))
            self.assertEqual(self.stored(1), before)
            self.assertIn("3 opened, 0 cannot be opened", self.rotate())
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[]):
            self.assertEqual([vault.secret for vault in self.model.objects.exclude(secret__isnull=True).order_by("pk")],
                             [f"{SECRET} {number}" for number in range(3)])

    def test_rotation_tells_of_what_it_cannot_open_and_leaves_it(self):
        with override_settings(SECRET_KEY=OLD):
            lost = self.model.objects.create(secret=SECRET)
        token = self.stored(lost.pk)
        with override_settings(SECRET_KEY=NEW):
            good = self.model.objects.create(secret="good")
            with self.assertLogs("tom_common.encryption"), self.assertRaisesMessage(CommandError, "1 secrets"):
                self.rotate()
            self.assertEqual(decrypt(self.stored(good.pk)), "good")
        self.assertEqual(self.stored(lost.pk), token)

    def test_an_undecryptable_text_says_nothing(self):
        self.assertEqual(str(Undecryptable(b"token")), "")
