"""Long work: bulk imports, queries to slow services, exports. A worker does it; the page shows how far it is.

    job = jobs.start("custom_code.work.measure", user=request.user, title="Measure M31", kwargs={"target_id": 1})
    return redirect(job)

    def measure(progress: jobs.Progress, target_id: int) -> dict:
        for number, image in enumerate(images):
            progress.update(number, len(images), f"Image {image}")
            ...
        return {"message": "12 images measured.", "url": "/targets/1/", "links": [{"label": "Log", "url": "/…"}]}

The queue is django-tasks: the database backend with `manage.py db_worker` (or `manage.py runtom`, which runs web and
worker) unless the project sets another; with the immediate backend the work is done before `start` returns.
"""

import logging
import traceback as tracebacks
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from tom_common.job_runs import WORKER_DIED, Cancelled, JobFailed, Progress, as_json, fail_stalled, finish, run
from tom_common.models import Job

__all__ = ["Cancelled", "JobFailed", "Progress", "cancel", "fail_stalled", "retry", "run", "start"]

logger = logging.getLogger(__name__)

TITLE_LENGTH = Job._meta.get_field("title").max_length
#: In the queue, what somebody sits and waits for goes before what may take the night.
URGENT = 50


def start(
    path: str,
    *,
    user: Any = None,
    title: str,
    kwargs: dict | None = None,
    key: str = "",
    retry_of: Job | None = None,
    urgent: bool = False,
) -> Job:
    """Put the function at the dotted `path` into the queue, once the surrounding transaction is committed.

    `kwargs` must be JSON. With a `key`, a second start while the first is unfinished returns the first, which the
    second user can then see as well; put the user into the key when the outcome depends on who asked.
    An `urgent` job, a short one that somebody waits for at a page, goes before the others in the queue.
    """
    import_string(path)
    if key:
        existing = _unfinished(key)
        if existing:
            return _follow(existing, user)
    try:
        with transaction.atomic():
            job = Job.objects.create(
                path=path, user=_account(user), title=title[:TITLE_LENGTH], kwargs=as_json(kwargs or {}), key=key,
                active_key=key or None, retry_of=retry_of, attempts=retry_of.attempts + 1 if retry_of else 1,
            )
    except IntegrityError:
        existing = _unfinished(key) if key else None
        if existing is None:
            raise
        return _follow(existing, user)
    transaction.on_commit(lambda: _enqueue(job, urgent=urgent))
    return job


def cancel(job: Job) -> bool:
    """Cancel: what waits at once, what runs at its next word. False when it was over already."""
    if finish(job.pk, Job.State.CANCELLED, only_from=[Job.State.QUEUED], message="Cancelled before it began."):
        return True
    job.refresh_from_db()
    if job.is_stalled:
        return finish(job.pk, Job.State.CANCELLED, only_from=[Job.State.RUNNING], message="Cancelled.")
    return bool(Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_requested=True))


def retry(job: Job, *, user: Any = None) -> Job:
    """Do it again from the start, as a new job. A job that is neither over nor stalled cannot be tried again."""
    job.refresh_from_db()
    if not job.can_be_retried:
        raise JobFailed(
            f"“{job.title}” is {job.get_state_display()}; only what failed or was cancelled can be tried again."
        )
    if job.is_stalled:
        finish(job.pk, Job.State.FAILED, only_from=[Job.State.RUNNING], error=WORKER_DIED)
    return start(job.path, user=user or job.user, title=job.title, kwargs=job.kwargs, key=job.key, retry_of=job)


def _unfinished(key: str) -> Job | None:
    """The unfinished job of that key. One that is stalled is given up, and does not count."""
    job = Job.objects.filter(active_key=key).first()
    if job and job.is_stalled:
        finish(job.pk, Job.State.FAILED, only_from=[Job.State.RUNNING], error=WORKER_DIED)
        return None
    return job


def _follow(job: Job, user: Any) -> Job:
    account = _account(user)
    if account and job.user_id != account.pk:
        job.followers.add(account)
    return job


def _account(user: Any) -> Any:
    return user if user is not None and user.is_authenticated else None


def _enqueue(job: Job, *, urgent: bool) -> None:
    from tom_common.tasks import run_job  # made when the queue's settings are known

    try:
        task = run_job.using(priority=URGENT) if urgent and run_job.get_backend().supports_priority else run_job
        result = task.enqueue(job.pk)
    except Exception as error:
        logger.exception("The job %s could not be put into the queue.", job.pk)
        finish(job.pk, Job.State.FAILED, only_from=[Job.State.QUEUED],
                error=f"The queue of this TOM takes no work: {error}", traceback=tracebacks.format_exc())
    else:
        Job.objects.filter(pk=job.pk).update(task_id=str(result.id))
    job.refresh_from_db()
