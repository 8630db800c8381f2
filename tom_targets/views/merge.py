"""Merging two targets, and taking it back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.generic import FormView, View

from tom_common.permissions import may
from tom_targets import merge
from tom_targets.history import MergeRecord
from tom_targets.merge_fields import merge_fields
from tom_targets.merge_form import TargetMergeForm
from tom_targets.merge_rows import LABELS, MergeRefused
from tom_targets.merge_undo import undo_merge, why_not_undo
from tom_targets.models import Target
from tom_targets.telling import field_label


class TargetMergeView(LoginRequiredMixin, FormView):
    """Two targets side by side: which stays, whose value is taken for each field, and what moves."""

    template_name = "tom_targets/target_merge.html"
    form_class = TargetMergeForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.chosen: dict[str, str] = {}

    def get_name_select_choices(self, pk1: int, pk2: int) -> list[tuple[int, str]]:
        """Those of the two that may stay: where the other one may go."""
        one, two = self._targets(pk1, pk2)
        pairs = ((one, two), (two, one))
        return [(keep.pk, keep.name) for keep, other in pairs if not self._why_not(keep, other)]

    def _targets(self, pk1: int, pk2: int) -> tuple[Target, Target]:
        visible = Target.objects.visible_to(self.request.user)
        return get_object_or_404(visible, pk=pk1), get_object_or_404(visible, pk=pk2)

    def _why_not(self, keep: Target, fold_in: Target) -> str:
        return merge.why_not_merge(self.request.user, keep, fold_in)

    def get_form_kwargs(self) -> dict[str, Any]:
        choices = self.get_name_select_choices(**self.kwargs)
        return super().get_form_kwargs() | {"choices": choices}

    def get_initial(self) -> dict[str, Any]:
        choices = self.get_name_select_choices(**self.kwargs)
        return super().get_initial() | {"name_select": choices[0][0] if choices else None}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._refused() or super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Merge, when it was confirmed; else show the page again, with what was chosen."""
        refused = self._refused()
        if refused is not None:
            return refused
        self.chosen = {key: value for key, value in request.POST.items() if key.startswith(("field:", "extra:"))}
        form = self.get_form()
        if form.is_valid() and "confirm" in request.POST:
            return self.form_valid(form)
        if getattr(request, "htmx", False) and "confirm" not in request.POST:
            fields = merge_fields(*self._targets(**self.kwargs), self.chosen, form["name_select"].value())
            return render(request, "tom_targets/partials/target_merge_fields.html", fields)
        return self.form_invalid(form)

    def _refused(self) -> HttpResponse | None:
        """Where to go, with a message, when these two cannot be merged by this user, whichever stays."""
        one, two = self._targets(**self.kwargs)
        reasons = [self._why_not(one, two), self._why_not(two, one)]
        if not all(reasons):
            return None
        messages.error(self.request, reasons[0])
        return HttpResponseRedirect(one.get_absolute_url())

    def form_valid(self, form: TargetMergeForm) -> HttpResponse:
        one, two = self._targets(**self.kwargs)
        keep, fold_in = (one, two) if form.cleaned_data["name_select"] == str(one.pk) else (two, one)
        try:
            record = merge.merge_targets(
                keep=keep, fold_in=fold_in, choices=self._choices(keep, fold_in), actor=self.request.user,
                rights=merge.rights_to_hand_on(self.request.user, keep),
            )
        except MergeRefused as refused:
            form.add_error(None, str(refused))
        except ValidationError as error:
            form.add_error(None, messages_of(error))
        else:
            messages.success(self.request, format_html(
                '{} was merged into {}. <a href="{}">See what moved, or undo it</a>', fold_in.name, keep.name,
                reverse("tom_targets:merge-record", args=[record.pk]),
            ))
            return HttpResponseRedirect(keep.get_absolute_url())
        return self.form_invalid(form)

    def _choices(self, keep: Target, fold_in: Target) -> dict[str, str]:
        sides = {str(keep.pk): merge.KEEP, str(fold_in.pk): merge.FOLD_IN}
        found = {}
        for key, value in self.chosen.items():
            if value not in sides:
                raise MergeRefused(f"{key.partition(':')[2]}: choose the value of one of these two targets.")
            found[key.removeprefix("field:")] = sides[value]
        return found

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        one, two = self._targets(**self.kwargs)
        counts = {relation: [number, 0] for relation, number in merge.what_moves(one)}
        for relation, number in merge.what_moves(two):
            counts.setdefault(relation, [0, 0])[1] = number
        return super().get_context_data(*args, **kwargs) | {
            "target1": one, "target2": two, "chosen": self.chosen,
            "keep_pk": self.request.POST.get("name_select"),
            "moves": sorted((relation.label, *numbers) for relation, numbers in counts.items()),
            "conflicts": [relation.label for relation in merge.one_to_one_conflicts(one, two)],
        }


def messages_of(error: ValidationError) -> list[str]:
    """What a model refuses, each with the field it is about."""
    if not hasattr(error, "error_dict"):
        return error.messages
    return [
        text if key == NON_FIELD_ERRORS else f"{field_label(key)}: {text}"
        for key, texts in error.message_dict.items() for text in texts
    ]


class MergeRecordView(LoginRequiredMixin, View):
    """What a merge moved and gave up, for those who may change the target; a POST undoes it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._record(pk)
        moved = [
            {"label": label_of(one["relation"]), "moved": len(one["keys"]), "dropped": len(one["dropped_keys"])}
            for one in record.content["moved"]
        ]
        return render(request, "tom_targets/merge_record.html", {
            "record": record, "target": record.target, "moved": moved, "reason": why_not_undo(record),
        })

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self._record(pk)
        try:
            target, lost = undo_merge(record, actor=request.user)
        except MergeRefused as refused:
            messages.error(request, f"The merge was not undone. {refused}")
            return redirect("tom_targets:merge-record", pk)
        messages.success(request, f"{target.name} is a target of its own again.")
        for what in lost:
            messages.warning(request, f"Could not come back: {what}.")
        return HttpResponseRedirect((target if may(request.user, "view", target) else record.target).get_absolute_url())

    def _record(self, pk: int) -> MergeRecord:
        record = get_object_or_404(MergeRecord.objects.select_related("actor", "undone_by"), pk=pk)
        target = Target.objects.changeable_by(self.request.user).filter(pk=record.target_id).first()
        if target is None:
            raise Http404("No such merge.")
        record.target = target
        return record


def label_of(relation: str) -> str:
    """What people call the rows of a relation, by its name in a record."""
    known = {one.name: one.label for one in merge.relations()}
    model = relation.rpartition(".")[0]
    return str(known.get(relation) or LABELS.get(model) or model)


def merge_selected(request: HttpRequest) -> HttpResponse | None:
    """From the list: on to the page of the two that were selected. None, with a message, when they are not two."""
    keys = sorted({int(key) for key in request.POST.getlist("selected-target") if key.isdecimal() and len(key) < 19})
    if len(keys) != 2 or request.POST.get("isSelectAll") == "True":
        merge.merge_error_message(request)
        return None
    return redirect("tom_targets:merge", *keys)
