"""What `manage.py doctor` looks at. Each examination yields findings: ok, or what is wrong and how to mend it."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.staticfiles.finders import find
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.crypto import get_random_string

from tom_common import job_queue
from tom_common.conf import tom_settings
from tom_common.encryption import EncryptedModelField, Undecryptable
from tom_common.models import Job
from tom_common.people import PUBLIC_GROUP, anonymous_username, people
from tom_common.registries import REGISTRIES

OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True)
class Finding:
    """One line of the report. `mend` says how, when something is to be mended or thought about."""

    level: str
    what: str
    mend: str = ""


def settings_are_sound() -> Iterator[Finding]:
    problems = [(setting.problem(), setting.help) for setting in tom_settings if setting.problem()]
    for problem, help_text in problems:
        yield Finding(PROBLEM, problem, help_text)
    if not problems:
        yield Finding(OK, "The settings of the TOM have their types.")
    for message in run_checks():
        if message.is_serious() and not (message.id or "").startswith(("tom_common.E1", "tom_common.E2")):
            yield Finding(PROBLEM, f"{message.id}: {message.msg}", message.hint or "See `manage.py check`.")
    yield from _secret_key()
    if settings.DEBUG:
        yield Finding(NOTE, "DEBUG is on.", "Good for one's own laptop. On a server set DEBUG to False.")
    else:
        yield Finding(OK, "DEBUG is off.")
        if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
            yield Finding(PROBLEM, f"ALLOWED_HOSTS is {settings.ALLOWED_HOSTS!r}.", "Name the hosts of this TOM.")


def _secret_key() -> Iterator[Finding]:
    key = str(settings.SECRET_KEY)
    if len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-"):
        yield Finding(
            NOTE if settings.DEBUG else PROBLEM, "SECRET_KEY is short, or the one that Django made for development.",
            "Set 50 random characters or more; put the present one into SECRET_KEY_FALLBACKS and run "
            "`manage.py rotate_encryption_key`.",
        )
    else:
        yield Finding(OK, "SECRET_KEY is long and random enough.")
    closed = _secrets_that_stay_closed()
    if closed:
        yield Finding(
            PROBLEM, f"{closed} stored secrets of users cannot be opened with SECRET_KEY.",
            "Add the key they were encrypted under to SECRET_KEY_FALLBACKS, or have them entered again.",
        )


def _secrets_that_stay_closed() -> int:
    fields = [
        (model, field)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedModelField)
    ]
    return sum(
        isinstance(value, Undecryptable)
        for model, field in fields
        for value in model._base_manager.filter(**{f"{field.name}__isnull": False}).values_list(field.name, flat=True)
    )


def plugins_can_be_used() -> Iterator[Finding]:
    for kind, (registry, app_name) in REGISTRIES.items():
        if not apps.is_installed(app_name):
            continue
        for problem in registry.problems():
            yield Finding(PROBLEM, problem.message, problem.hint)
        names = ", ".join(sorted(registry.classes())) or "none"
        yield Finding(OK, f"Plugins of the kind {kind}: {names}.")


def migrations_are_applied() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in plan[:5])
        more = f" and {len(plan) - 5} more" if len(plan) > 5 else ""
        yield Finding(PROBLEM, f"Not applied: {names}{more}.", "Save the database, then run `manage.py migrate`.")
    else:
        yield Finding(OK, f"All migrations are applied ({connection.vendor}).")


def permissions_make_sense() -> Iterator[Finding]:
    if people().filter(is_superuser=True, is_active=True).exists():
        yield Finding(OK, "There is a principal investigator who can log in.")
    else:
        yield Finding(PROBLEM, "No superuser can log in.", "Run `manage.py createsuperuser`.")
    group = Group.objects.filter(name=PUBLIC_GROUP).first()
    if group is None:
        yield Finding(PROBLEM, f"There is no group named {PUBLIC_GROUP}.", "Run `manage.py migrate`, which makes it.")
    else:
        outside = people().filter(is_active=True).exclude(groups=group).count()
        if outside:
            yield Finding(NOTE, f"{outside} accounts are not in the group {PUBLIC_GROUP}.",
                          "Good if it is meant: what is shared with this group is hidden from them.")
        else:
            yield Finding(OK, f"Everybody is in the group {PUBLIC_GROUP}.")
    name = anonymous_username()
    if name and not _account_exists(name):
        yield Finding(PROBLEM, f"There is no account {name}, which stands for visitors.", "Run `manage.py migrate`.")
    yield from _orphaned_grants()


def _account_exists(username: str) -> bool:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.filter(username=username).exists()


def _orphaned_grants() -> Iterator[Finding]:
    """Grants of guardian's generic tables whose object is gone. Those with a foreign key go with their object."""
    from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

    orphans = 0
    for grants in (get_user_obj_perms_model(), get_group_obj_perms_model()):
        pairs = grants.objects.values_list("content_type", "object_pk").distinct()
        by_type: dict[int, set[str]] = {}
        for content_type, object_pk in pairs:
            by_type.setdefault(content_type, set()).add(object_pk)
        for content_type, keys in by_type.items():
            orphans += len(keys - _existing_keys(content_type, keys))
    if orphans:
        yield Finding(PROBLEM, f"{orphans} grants belong to objects that are gone.",
                      "Run `manage.py clean_orphan_obj_perms`.")
    else:
        yield Finding(OK, "Every grant belongs to something that exists.")


def _existing_keys(content_type: int, keys: set[str]) -> set[str]:
    from django.contrib.contenttypes.models import ContentType

    model = ContentType.objects.get_for_id(content_type).model_class()
    if model is None:
        return set()
    return {str(pk) for pk in model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}


def storage_takes_files() -> Iterator[Finding]:
    name, content = f"doctor-{get_random_string(12)}.txt", b"written by manage.py doctor"
    where = getattr(default_storage, "location", None) or type(default_storage).__name__
    try:
        stored = default_storage.save(name, ContentFile(content))
        try:
            with default_storage.open(stored) as file:
                same = file.read() == content
        finally:
            default_storage.delete(stored)
    except Exception as error:
        yield Finding(PROBLEM, f"Files cannot be kept in {where}: {type(error).__name__}: {error}",
                      "Mend STORAGES or MEDIA_ROOT, or the rights of that folder.")
        return
    if same:
        yield Finding(OK, f"Files can be written, read and deleted in {where}.")
    else:
        yield Finding(PROBLEM, f"What is written to {where} does not come back the same.", "Mend STORAGES.")


def jobs_are_done() -> Iterator[Finding]:
    try:
        name = job_queue.backend_name()
    except Exception as error:
        yield Finding(PROBLEM, f"The queue for jobs cannot be made: {error}", "Mend the setting TASKS.")
        return
    if name == "DummyBackend":
        yield Finding(PROBLEM, "The queue for jobs is the dummy, which never does any.", "Choose another in TASKS.")
        return
    if job_queue.is_immediate():
        yield Finding(NOTE, "Jobs are done at once, while the page waits.",
                      "For long work set TASKS to {'default': {'BACKEND': 'django_tasks_db.DatabaseBackend'}}.")
    stalled = Job.objects.stalled()
    if stalled:
        yield Finding(PROBLEM, f"{len(stalled)} jobs are stalled: their worker is gone ({_titles(stalled)}).",
                      "Try them again on their pages; run one worker under a service manager that restarts it.")
    waiting = list(Job.objects.waiting_long()[:5])
    busy = Job.objects.filter(state=Job.State.RUNNING).exists() and not stalled
    if waiting and not busy:
        command = " ".join(job_queue.worker_command() or ["runtom"])
        yield Finding(PROBLEM, f"Jobs are waiting and no worker takes them ({_titles(waiting)}).",
                      f"Start a worker: `manage.py {command}` (or `manage.py runtom`, web and worker together).")
    elif not stalled:
        last = Job.objects.exclude(started=None).order_by("-started").values_list("started", flat=True).first()
        seen = f"a worker took one {_ago(last)}" if last else "none was ever taken, so whether a worker runs is unknown"
        yield Finding(OK, f"No job is stuck ({name}; {seen}).")


def _titles(found: list[Job]) -> str:
    return ", ".join(job.title for job in found[:3]) + (", …" if len(found) > 3 else "")


def _ago(moment) -> str:
    passed: timedelta = timezone.now() - moment
    if passed < timedelta(minutes=2):
        return "just now"
    if passed < timedelta(hours=2):
        return f"{passed.seconds // 60} minutes ago"
    return f"on {moment:%Y-%m-%d %H:%M} UTC"


def cache_remembers() -> Iterator[Finding]:
    key = f"doctor-{get_random_string(12)}"
    try:
        cache.set(key, "remembered", 30)
        remembered = cache.get(key) == "remembered"
        cache.delete(key)
    except Exception as error:
        yield Finding(PROBLEM, f"The cache does not answer: {type(error).__name__}: {error}", "Mend CACHES.")
        return
    kind = type(cache._connections[cache._alias] if hasattr(cache, "_connections") else cache).__name__
    if remembered:
        yield Finding(OK, f"The cache remembers ({kind}).")
    else:
        yield Finding(NOTE, f"The cache forgets at once ({kind}).", "Set CACHES to something that keeps what it gets.")


def static_files_are_there() -> Iterator[Finding]:
    probe = "vendor/bootstrap/bootstrap.min.css"
    if settings.DEBUG:
        there = bool(find(probe))
        mend = "Install the package again, with its static files."
    else:
        there = False
        with contextlib.suppress(Exception):
            there = staticfiles_storage.exists(staticfiles_storage.stored_name(probe))  # of a manifest storage
        if not there:
            with contextlib.suppress(Exception):
                there = staticfiles_storage.exists(probe)
        mend = "Set STATIC_ROOT and run `manage.py collectstatic`."
    if there:
        yield Finding(OK, "The style sheets and scripts are there.")
    else:
        yield Finding(PROBLEM, f"The static files are missing ({probe}).", mend)


EXAMINATIONS: dict[str, Callable[[], Iterator[Finding]]] = {
    "settings": settings_are_sound,
    "plugins": plugins_can_be_used,
    "migrations": migrations_are_applied,
    "permissions": permissions_make_sense,
    "storage": storage_takes_files,
    "jobs": jobs_are_done,
    "cache": cache_remembers,
    "static files": static_files_are_there,
}


def examine() -> dict[str, list[Finding]]:
    """All examinations, each to its end or to its first error, which is a finding too."""
    return {subject: list(_guarded(subject, examination)) for subject, examination in EXAMINATIONS.items()}


def _guarded(subject: str, examination: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from examination()
    except Exception as error:
        yield Finding(PROBLEM, f"The {subject} could not be examined: {type(error).__name__}: {error}",
                      "Mend what is told before this first; then ask the doctor again.")
