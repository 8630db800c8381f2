"""Targets in and out as tables."""

import csv
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView, View

from tom_common import jobs
from tom_targets.exchange.models import TargetImport
from tom_targets.models import Target
from tom_targets.views.lists import TargetListView

#: rows shown with their verdicts before anything is started
PREVIEWED = 20
SAMPLES = 3
#: each is three fields of the form, and Django takes a thousand
MAX_COLUMNS = 300


class OwnImports(LoginRequiredMixin):
    """Nobody sees another one's import, superusers included."""

    def get_queryset(self) -> QuerySet[TargetImport]:
        return TargetImport.objects.filter(user=self.request.user).select_related("job", "user")

    def get_import(self) -> TargetImport:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


class TargetImportView(OwnImports, TemplateView):
    """Asks for a table; one that can be read is kept, and what its columns are is asked next."""

    template_name = "tom_targets/target_import.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        from tom_targets.exchange.forms import TableForm

        return {"form": TableForm(), "imports": self.get_queryset()[:20], **super().get_context_data(**kwargs)}

    def post(self, request: HttpRequest) -> HttpResponse:
        from tom_targets.exchange.forms import TableForm
        from tom_targets.exchange.mapping import guess
        from tom_targets.exchange.readers import open_table
        from tom_targets.exchange.tables import TableError
        from tom_targets.exchange.values import known

        form = TableForm(request.POST, request.FILES)
        if form.is_valid():
            file, delimiter = form.cleaned_data["table"], form.cleaned_data["delimiter"]
            try:
                table = open_table(file, delimiter=delimiter)
            except TableError as error:
                form.add_error("file" if form.cleaned_data.get("file") else "pasted", str(error))
            else:
                if len(table.columns) > MAX_COLUMNS:
                    told = f"This table has {len(table.columns)} columns; this page has room for {MAX_COLUMNS}."
                    form.add_error("file" if form.cleaned_data.get("file") else "pasted", told)
                    return self.render_to_response(self.get_context_data(form=form), status=422)
                TargetImport.forget_old()
                one = TargetImport(
                    user=request.user, name=form.cleaned_data["table_name"], delimiter=delimiter,
                    columns=[assignment.as_json() for assignment in guess(table.columns, known())],
                )
                file.seek(0)
                one.file.save("table", file, save=True)
                return redirect(one)
        return self.render_to_response(self.get_context_data(form=form), status=422)


class TargetImportTableView(OwnImports, TemplateView):
    """One table: what its columns are, its first rows with their verdicts, the jobs, and what came of it."""

    template_name = "tom_targets/target_import_table.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.get_import()
        running = bool(one.job and one.job.is_unfinished)
        context = {"import": one, "job": one.job, "running": running, **super().get_context_data(**kwargs)}
        if one.file and not running:
            context |= self.look_into(one)
        return context

    def look_into(self, one: TargetImport) -> dict[str, Any]:
        from tom_targets.exchange.forms import OptionsForm, chosen_value, target_choices, unit_choices
        from tom_targets.exchange.mapping import KINDS, checked, from_json, may_be_hours
        from tom_targets.exchange.pipeline import judged
        from tom_targets.exchange.rows import LABELS
        from tom_targets.exchange.tables import TableError
        from tom_targets.exchange.values import known
        from tom_targets.exchange.work import plan_of, table_of

        fields, assignments = known(), from_json(one.columns)
        try:
            with table_of(one) as table:
                lines = list(islice(table.fitting(), PREVIEWED))
        except (TableError, OSError) as error:
            return {"unreadable": str(error)}
        problems = checked(assignments, table.columns, fields)
        columns = [
            {"place": place, "column": column, "to": chosen_value(assignment, fields), "key": assignment.key,
             "unit": f"{KINDS.get(assignment.to, '')}:{assignment.unit}",
             "samples": [line.cells[place] or "" for line in lines[:SAMPLES] if place < len(line.cells)]}
            for place, (column, assignment) in enumerate(zip(table.columns, assignments, strict=False))
        ]
        notes = [*table.notes, *(
            f"All right ascensions of the first rows are below 24. If {column.name} has hours, choose that as its unit."
            for place, (column, assignment) in enumerate(zip(table.columns, assignments, strict=False))
            if may_be_hours(assignment, (line.cells[place] for line in lines if place < len(line.cells)))
        )]
        rows = [] if problems else [row for batch in judged(iter(lines), plan_of(one)) for row in batch]
        return {
            "columns": columns, "problems": problems, "rows": [(row, LABELS[row.verdict.kind]) for row in rows],
            "notes": notes, "target_choices": target_choices(fields), "unit_choices": unit_choices(),
            "kinds": KINDS, "options": OptionsForm(initial=one.options, user=self.request.user),
        }

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the choices; then show the first rows again (`preview`), look through all (`check`) or `import` them."""
        from tom_targets.exchange.tables import TableError

        one = self.get_import()
        if (one.job and one.job.is_unfinished) or not one.file:
            messages.info(request, "This table is being worked on." if one.file else "This table was imported already.")
            return redirect(one)
        try:
            problems = self.keep_choices(one)
        except (TableError, OSError) as error:
            messages.error(request, str(error))
            return redirect(one)
        deed = {"check": "check", "import": "run"}.get(request.POST.get("deed", ""))
        if deed and problems:
            messages.error(request, "Nothing was started: say first what the columns are.")
        elif deed:
            verb = "Look through" if deed == "check" else "Import"
            one.job = jobs.start(
                f"tom_targets.exchange.work.{deed}", user=request.user, title=f"{verb} {one.name}",
                kwargs={"import_id": one.pk}, key=f"target import {one.pk}",
            )
            one.save(update_fields=["job"])
        return redirect(one)

    def keep_choices(self, one: TargetImport) -> list[str]:
        """Store what the columns are said to be; what is wrong with that."""
        from tom_targets.exchange.forms import OptionsForm, assignments_from
        from tom_targets.exchange.mapping import checked
        from tom_targets.exchange.values import known
        from tom_targets.exchange.work import table_of

        with table_of(one) as table:
            columns = table.columns
        assignments = assignments_from(self.request.POST, columns)
        options = OptionsForm(self.request.POST, user=self.request.user)
        problems = checked(assignments, columns, known())
        one.columns = [assignment.as_json() for assignment in assignments]
        if options.is_valid():
            one.options = options.as_options()
        else:
            problems += [message for errors in options.errors.values() for message in errors]
        one.checked = None
        one.save(update_fields=["columns", "options", "checked"])
        return problems


class TargetImportDeleteView(OwnImports, View):
    """Forgets an import and its files; the targets stay."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        one = self.get_import()
        if one.job and one.job.is_unfinished and not one.job.is_stalled:
            messages.error(request, "Its job is not over yet; cancel that first.")
            return redirect(one)
        one.delete()
        messages.success(request, f"{one.name} was forgotten. The targets stay.")
        return redirect("targets:import")


class RefusedRowsView(OwnImports, View):
    """The refused rows as they came, with line and reason, to be mended and sent again."""

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        one = self.get_import()
        if not one.refused:
            raise Http404("No rows were refused.")
        name = one.name.rsplit(".", 1)[0] or "table"
        return FileResponse(
            one.refused.open("rb"), as_attachment=True, filename=f"refused rows of {name}.csv", content_type="text/csv",
        )


class SampleTableView(LoginRequiredMixin, View):
    """A small CSV that shows which columns there may be."""

    def get(self, request: HttpRequest) -> HttpResponse:
        from tom_targets.extra_fields import extra_fields

        examples = {"number": "0.5", "boolean": "true", "datetime": "2026-01-31T20:15:00", "string": "a text"}
        extras = [(field.name, examples.get(field.type, "")) for field in extra_fields()]
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="targets_sample.csv"'
        writer = csv.writer(response)
        writer.writerow(["name", "type", "ra", "dec", "pm_ra", "pm_dec", "parallax", "permissions", "groups", "name2",
                         "name3", "observing note", *(name for name, _ in extras)])
        values = [value for _, value in extras]
        writer.writerow(["Sirius", "SIDEREAL", "06:45:08.917", "-16:42:58.02", "-546.01", "-1223.07", "379.21",
                         "PUBLIC", "", "alf CMa", "HD 48915", "bright", *values])
        writer.writerow(["M31", "SIDEREAL", "10.684708", "41.26875", "", "", "", "PUBLIC", "", "NGC 224", "", "",
                         *([""] * len(values))])
        return response


class TargetExportView(TargetListView):
    """The targets that the list's filters leave, as a file: `?format=csv`, `ecsv`, `votable` or `json`."""

    def get_queryset(self, *args: Any, **kwargs: Any) -> QuerySet:
        return Target.objects.visible_to(self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filterset = self.get_filterset(self.get_filterset_class())
        if filterset.form.errors:
            told = "; ".join(f"{name}: {' '.join(errors)}" for name, errors in filterset.form.errors.items())
            messages.error(request, f"Nothing was exported: {told}")
            return redirect(f"{reverse('targets:list')}?{request.META.get('QUERY_STRING', '')}")
        return self.render_to_response({"filter": filterset, "object_list": filterset.qs})

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        from tom_targets.exchange.export import FORMATS, export_lines, in_pieces

        name = self.request.GET.get("format") or "csv"
        if name not in FORMATS:
            messages.error(self.request, f"Nothing was exported: {name[:30]} is none of {', '.join(FORMATS)}.")
            return redirect("targets:list")
        made = FORMATS[name]
        response = StreamingHttpResponse(
            in_pieces(export_lines(context["object_list"], name)), content_type=made.content_type, **response_kwargs,
        )
        filename = f"targets_{timezone.now():%Y-%m-%d}.{made.suffix}"
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response
