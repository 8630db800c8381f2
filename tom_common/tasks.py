"""The one task that goes into the queue: do the work of a job. See `tom_common.jobs`."""

try:
    from django.tasks import task
except ImportError:  # Django 5.2, where tasks are a package of their own
    from django_tasks import task

from tom_common.job_runs import run


@task()
def run_job(job_id: int) -> None:
    run(job_id)
