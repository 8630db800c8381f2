"""Secrets of users (keys and passwords of observatories) at rest: Fernet under a key made of SECRET_KEY.

    class MyProfile(models.Model):
        api_key = EncryptedModelField()

Reading gives text. What only earlier keys (SECRET_KEY_FALLBACKS) open is still read, and the command
`rotate_encryption_key` writes everything again under the present one. A secret never goes into a page, a dump or a
log: forms show whether there is one and take a new one.
"""

import base64
import logging
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

from tom_common.conf import tom_settings
from tom_common.exceptions import TomError

logger = logging.getLogger(__name__)

KEY_PURPOSE = b"tom-toolkit-encryption-v1"


class DecryptionError(TomError, ValueError):
    """Neither SECRET_KEY nor one of SECRET_KEY_FALLBACKS opens this."""


class Undecryptable(str):
    """Reads as empty text, and is written back as it was found: nothing is lost until the right key is there again."""

    token: bytes

    def __new__(cls, token: bytes) -> "Undecryptable":
        instance = super().__new__(cls, "")
        instance.token = token
        return instance


class Keep:
    """What a form hands on for a secret that nobody touched."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()


def encrypt(plaintext: str) -> bytes:
    """The token for a text, under the present SECRET_KEY."""
    return _fernet(settings.SECRET_KEY).encrypt(plaintext.encode())


def decrypt(ciphertext: bytes | str | memoryview) -> str:
    """The text of a token. Raises DecryptionError when no key of ours opens it."""
    token = ciphertext.encode() if isinstance(ciphertext, str) else bytes(ciphertext)
    keys = [settings.SECRET_KEY, *tom_settings.SECRET_KEY_FALLBACKS]
    try:
        return MultiFernet([_fernet(key) for key in keys]).decrypt(token).decode()
    except (InvalidToken, UnicodeDecodeError) as error:
        raise DecryptionError(
            "A stored secret cannot be opened: it was encrypted under another SECRET_KEY. "
            "Add that key to SECRET_KEY_FALLBACKS, or enter the secret again."
        ) from error


def _fernet(secret: str | bytes) -> Fernet:
    material = secret.encode() if isinstance(secret, str) else bytes(secret)
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=KEY_PURPOSE).derive(material)
    return Fernet(base64.urlsafe_b64encode(key))


class ClearableEncryptedInput(forms.PasswordInput):
    """Asks for a new secret, never shows the old one, and offers to forget it."""

    template_name = "tom_common/partials/clearable_encrypted_input.html"

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.render_value = False
        self.attrs.setdefault("autocomplete", "new-password")

    def clear_checkbox_name(self, name: str) -> str:
        return f"{name}-clear"

    def clear_checkbox_id(self, name: str) -> str:
        return f"{name}_id"

    def get_context(self, name: str, value: Any, attrs: dict | None) -> dict:
        context = super().get_context(name, None, attrs)
        clear_name = self.clear_checkbox_name(name)
        context["widget"].update(
            is_set=bool(value) and not self.is_required,
            has_secret=bool(value),
            clear_checkbox_name=clear_name,
            clear_checkbox_id=self.clear_checkbox_id(clear_name),
        )
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The new secret; KEEP when the box was left empty; None when it is to be forgotten."""
        typed = super().value_from_datadict(data, files, name)
        if typed:
            return typed
        if forms.CheckboxInput().value_from_datadict(data, files, self.clear_checkbox_name(name)):
            return None
        return KEEP

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and self.clear_checkbox_name(name) not in data

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not initial


class EncryptedFormField(forms.CharField):
    """A secret in a form. Cleaned: the new text, None to forget it, KEEP when nobody touched it."""

    widget = ClearableEncryptedInput

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("strip", True)
        super().__init__(*args, **kwargs)

    def clean(self, value: Any) -> Any:
        if value is KEEP:
            return KEEP
        return super().clean(value) or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        if data is KEEP:
            return False
        return bool(data) or bool(initial)


class EncryptedModelField(models.BinaryField):
    """A text that stands encrypted in the database. Empty text and None are stored as NULL; it cannot be searched."""

    description = "An encrypted text"
    REDACTED = "[redacted]"

    def __init__(self, *args: Any, **kwargs: Any):
        kwargs.setdefault("blank", True)
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple:
        """Says `blank`, `editable` and `null` always, as the migrations of plugins have them."""
        name, _, args, kwargs = super().deconstruct()
        kwargs.update(blank=self.blank, editable=self.editable, null=self.null)
        return name, "tom_common.encryption.EncryptedModelField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str | None:
        if value is None:
            return None
        try:
            return decrypt(value)
        except DecryptionError as error:
            logger.error("%s: %s", self, error)
            return Undecryptable(bytes(value))

    def to_python(self, value: Any) -> str | None:
        if isinstance(value, Undecryptable):
            return value
        return str(value) if value not in (None, "", self.REDACTED) else None

    def get_default(self) -> Any:
        return super().get_default() or None

    def get_prep_value(self, value: Any) -> bytes | None:
        if isinstance(value, Undecryptable):
            return value.token
        if value is None or value == "" or value is KEEP:
            return None
        return encrypt(str(value))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        token = value if prepared else self.get_prep_value(value)
        return None if token is None else connection.Database.Binary(token)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if value is KEEP:
            rows = type(model_instance)._base_manager.filter(pk=model_instance.pk)
            value = rows.values_list(self.attname, flat=True).first()
            setattr(model_instance, self.attname, value)
        if value == "" and not isinstance(value, Undecryptable):
            setattr(model_instance, self.attname, None)
            return None
        return value

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if data is not KEEP:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs: Any) -> forms.Field:
        kwargs.setdefault("form_class", EncryptedFormField)
        return models.Field.formfield(self, **kwargs)

    def get_lookup(self, lookup_name: str) -> Any:
        """Every encryption of the same text looks different, so only `isnull` can be asked."""
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be looked up by {lookup_name!r}, only by 'isnull'.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted and cannot be transformed by {lookup_name!r}.")

    def value_from_object(self, obj: models.Model) -> str | None:
        """For forms and dumps: whether there is one, not which."""
        return self.REDACTED if getattr(obj, self.attname) else None

    def value_to_string(self, obj: models.Model) -> str | None:
        return self.value_from_object(obj)
