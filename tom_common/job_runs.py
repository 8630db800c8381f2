"""The worker's side of a job: call its function, write down how far it is and how it ended. See `tom_common.jobs`.

While the function runs, a second thread of the worker writes down progress and a sign of life on a connection of its
own, at most twice a second. So what the page shows does not wait for the function's transaction and is not undone
with it, and a function that computes for minutes is still seen to be alive. Where a second connection can see nothing
of the first (inside somebody's transaction, or on a database in memory), progress goes through the function's own.
"""

import json
import logging
import threading
import time
import traceback as tracebacks
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from django.utils.module_loading import import_string

from tom_common.actors import acting
from tom_common.exceptions import TomError
from tom_common.models import Job, this_process

logger = logging.getLogger(__name__)

#: Progress is written at most this often.
WRITE_EVERY_S = 0.5
#: A sign of life is written, and a wish to cancel looked for, at least this often.
BEAT_EVERY_S = 5.0
MESSAGE_LENGTH = Job._meta.get_field("message").max_length
WORKER_DIED = "The worker that ran this stopped without a word: it was killed, or its machine went down. Try again."


class Cancelled(TomError):
    """Somebody cancelled the job. Let it pass through: what is done so far stays."""


class JobFailed(TomError):
    """Raise this with a message for people when the work cannot be done."""


def fail_stalled() -> int:
    """Write down that the stalled jobs have failed; returns how many."""
    stalled = Job.objects.stalled()
    return sum(finish(job.pk, Job.State.FAILED, only_from=[Job.State.RUNNING], error=WORKER_DIED) for job in stalled)


def run(job_id: int) -> Job | None:
    """Do the work of one job, here and now. What is not waiting any more is left alone.

    Whatever the function raises ends up in the job; only the end of the process itself goes on to the caller.
    """
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, started=now, heartbeat=now, worker=this_process()
    )
    if not claimed:
        return None
    fail_stalled()
    job = Job.objects.get(pk=job_id)
    with acting(job.user), Progress(job) as progress:
        outcome = _outcome(job, progress)
    ended_by = outcome.pop("ended_by", None)
    finish(job.pk, outcome.pop("state"), **outcome, **progress.latest())
    if ended_by is not None:
        raise ended_by
    job.refresh_from_db()
    return job


def _outcome(job: Job, progress: "Progress") -> dict[str, Any]:
    """Call the function; say what became of it, as fields of the job."""
    try:
        result = import_string(job.path)(progress, **job.kwargs)
        return {"state": Job.State.DONE, "result": as_json(result)}
    except Cancelled:
        return {"state": Job.State.CANCELLED}
    except (KeyboardInterrupt, SystemExit) as end:
        return {"state": Job.State.FAILED, "error": "The worker was stopped before this was done. Try again.",
                "traceback": tracebacks.format_exc(), "ended_by": end}
    except Exception as error:
        if not isinstance(error, TomError):
            logger.exception("The job %s (%s) failed.", job.pk, job.path)
        return {"state": Job.State.FAILED, "error": _told(error), "traceback": tracebacks.format_exc()}


class Progress:
    """What a running function is given to say how far it is, and to hear whether it should stop."""

    def __init__(self, job: Job):
        self.job = job
        self._lock = threading.Lock()
        self._said: dict[str, Any] = {"done": job.done, "total": job.total, "message": job.message}
        self._unwritten = False
        self._cancelled = threading.Event()
        self._wake = threading.Event()
        self._over = threading.Event()
        self._written_at = 0.0
        self._thread = threading.Thread(target=self._beat, name=f"job-{job.pk}", daemon=True) if _can_beat() else None

    def update(self, done: int | None = None, total: int | None = None, message: str = "") -> None:
        """Say how far it is. Costs nothing when called often. Raises Cancelled when somebody wants it to stop.

        What is left out stays as it was said before. `total` is needed for a bar; without one the page only counts.
        """
        with self._lock:
            if done is not None:
                self._said["done"] = int(done)
            if total is not None:
                self._said["total"] = int(total)
            if message:
                self._said["message"] = str(message)[:MESSAGE_LENGTH]
            self._unwritten = True
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise Cancelled when somebody wants this job to stop."""
        if self._thread:
            self._wake.set()
        elif time.monotonic() - self._written_at >= WRITE_EVERY_S:
            self._exchange()
        if self._cancelled.is_set():
            raise Cancelled("The job was cancelled.")

    def latest(self) -> dict[str, Any]:
        """What was said last."""
        with self._lock:
            return dict(self._said)

    def __enter__(self) -> "Progress":
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *exception: Any) -> None:
        self._over.set()
        self._wake.set()
        if self._thread:
            self._thread.join()

    def _beat(self) -> None:
        """The second thread: writes what was said, and that the worker lives, until the function is over."""
        try:
            while not self._over.is_set():
                self._wake.wait(BEAT_EVERY_S)
                self._wake.clear()
                if self._over.is_set():
                    return
                try:
                    self._exchange()
                except OperationalError as error:
                    # The function holds the database (SQLite), or the server was away: the next beat says it.
                    logger.debug("The progress of job %s could not be written: %s", self.job.pk, error)
                    connection.close_if_unusable_or_obsolete()
                self._over.wait(WRITE_EVERY_S)
        finally:
            connection.close()

    def _exchange(self) -> None:
        """Write progress and the sign of life; read whether to stop."""
        with self._lock:
            said = dict(self._said) if self._unwritten else {}
            self._unwritten = False
        Job.objects.filter(pk=self.job.pk).update(heartbeat=timezone.now(), **said)
        self._written_at = time.monotonic()
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            self._cancelled.set()


def _can_beat() -> bool:
    """Whether a second connection would see this job and could write to it."""
    in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    return not (connection.in_atomic_block or in_memory)


def finish(pk: int, state: str, *, only_from: list[str] | None = None, **fields: Any) -> bool:
    """Write down how a job ended. A database that is locked or was away for a moment is asked again."""
    jobs = Job.objects.filter(pk=pk)
    if only_from:
        jobs = jobs.filter(state__in=only_from)
    for wait_s in (0.2, 1.0, 5.0, None):
        try:
            return bool(jobs.update(state=state, finished=timezone.now(), active_key=None, **fields))
        except OperationalError:
            if wait_s is None or connection.in_atomic_block:
                raise
            close_old_connections()
            time.sleep(wait_s)
    raise AssertionError("unreachable")


def as_json(value: Any) -> Any:
    """The value as it will be read back from the database; TypeError or ValueError when it is no JSON."""
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder, allow_nan=False))


def _told(error: Exception) -> str:
    """An error in words for people: those raised on purpose speak for themselves, others are named."""
    if isinstance(error, TomError) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
