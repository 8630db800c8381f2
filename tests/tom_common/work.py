"""What the jobs of the tests do."""

from typing import Any

from tom_common import jobs
from tom_common.models import Job


def count(progress: jobs.Progress, *, upto: int) -> dict:
    for number in range(upto):
        progress.update(number, upto, f"Number {number}")
    progress.update(upto)
    return {"message": f"{upto} counted.", "url": "/", "links": [{"label": "Log", "url": "/robots.txt"}]}


def nothing(progress: jobs.Progress) -> None:
    progress.update(total=3)


def break_down(progress: jobs.Progress) -> None:
    progress.update(1, 2, "Half way")
    raise ZeroDivisionError("by nought")


def say_why(progress: jobs.Progress) -> None:
    raise jobs.JobFailed("The catalogue has no such object.")


def return_no_json(progress: jobs.Progress) -> Any:
    return {"file": object()}


def be_stopped(progress: jobs.Progress) -> None:
    raise SystemExit(1)


def ask_for_own_end(progress: jobs.Progress) -> None:
    """Somebody presses Cancel while this runs; the next word of progress notices."""
    progress.update(1, 10, "One done")
    jobs.cancel(Job.objects.get(pk=progress.job.pk))
    progress._written_at = 0.0
    progress.update(2, 10)
    raise AssertionError("went on")
