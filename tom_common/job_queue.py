"""Which queue the jobs go through, whatever package it comes from."""

from typing import Any

# With its signals the queue notices a setting TASKS that a test overrides; without them it would keep the first.
try:
    from django.tasks import signals, task_backends
except ImportError:  # Django 5.2, where tasks are a package of their own
    from django_tasks import signals, task_backends  # noqa: F401

#: how a backend's class is called -> the command that works it off; None when the work is done at once
WORKERS = {
    "DatabaseBackend": ["db_worker", "--queue-name", "*"],
    "RQBackend": ["rqworker", "default", "--job-class", "django_tasks_rq.Job"],
    "ImmediateBackend": None,
    "DummyBackend": None,
}


def backend() -> Any:
    """The queue of the jobs, as the setting TASKS says."""
    return task_backends["default"]


def backend_name() -> str:
    return type(backend()).__name__


def is_immediate() -> bool:
    """Whether jobs are done at once, by who starts them."""
    return backend_name() == "ImmediateBackend"


def worker_command() -> list[str] | None:
    """The management command that works the queue off, as words; None when none is needed or known."""
    return WORKERS.get(backend_name())


def immediate_backend() -> str:
    """The dotted path of the backend that does the work at once, for the setting TASKS."""
    package = type(task_backends).__module__.partition(".")[0]
    return f"{'django.tasks' if package == 'django' else package}.backends.immediate.ImmediateBackend"
