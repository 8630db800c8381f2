"""Long work as its owner sees it: the list, one job with its progress, cancel, try again."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View
from django.views.generic import DetailView, ListView

from tom_common import jobs
from tom_common.models import Job


class JobListView(LoginRequiredMixin, ListView):
    """One's own jobs, newest first; a superuser sees everybody's."""

    template_name = "tom_common/job_list.html"
    paginate_by = 25

    def get_queryset(self) -> QuerySet[Job]:
        found = Job.objects.visible_to(self.request.user).select_related("user").defer("kwargs", "traceback")
        state = self.request.GET.get("state")
        return found.filter(state=state) if state in Job.State.values else found

    def get_context_data(self, **kwargs: Any) -> dict:
        return {**super().get_context_data(**kwargs), "states": Job.State.choices,
                "state": self.request.GET.get("state", "")}


class OwnJobMixin(LoginRequiredMixin):
    def get_queryset(self) -> QuerySet[Job]:
        return Job.objects.visible_to(self.request.user).select_related("user", "retry_of")


class JobDetailView(OwnJobMixin, DetailView):
    template_name = "tom_common/job_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        later = Job.objects.visible_to(self.request.user).filter(retry_of=self.object).order_by("pk")
        return {**super().get_context_data(**kwargs), "later_tries": later}


class JobProgressView(OwnJobMixin, DetailView):
    """The bar alone, as the page asks for it every second or two; the last answer asks no more."""

    template_name = "tom_common/partials/job_progress.html"

    def render_to_response(self, context: dict, **kwargs: Any) -> HttpResponse:
        page = self.request.GET.get("page", "")
        response = super().render_to_response({**context, "page": page}, **kwargs)
        response["Cache-Control"] = "no-store"
        if page == "detail" and (not self.object.is_unfinished or self.object.is_stalled):
            # The page around the bar has more to say now: the result, another button.
            response["HX-Refresh"] = "true"
        return response


class JobDeedView(OwnJobMixin, View):
    """Something done to a job, by POST; then its page again, or only its bar for htmx."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self.deed(request, get_object_or_404(self.get_queryset(), pk=pk))
        if request.htmx and request.POST.get("page") != "detail":
            job.refresh_from_db()
            return render(request, "tom_common/partials/job_progress.html", {"job": job})
        return redirect(job)


class JobCancelView(JobDeedView):
    def deed(self, request: HttpRequest, job: Job) -> Job:
        if not jobs.cancel(job):
            messages.info(request, f"“{job.title}” was over already.")
        return job


class JobRetryView(JobDeedView):
    def deed(self, request: HttpRequest, job: Job) -> Job:
        try:
            return jobs.retry(job, user=request.user)
        except jobs.JobFailed as error:
            messages.error(request, str(error))
            return job
