"""Making, changing and deleting targets."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import IntegrityError
from django.db.models import CASCADE
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, UpdateView

from tom_common.conf import tom_settings
from tom_common.hints import add_hint
from tom_common.people import PUBLIC_GROUP
from tom_targets.form_sections import carried_values, form_sections
from tom_targets.forms import (
    NonSiderealTargetCreateForm,
    SiderealTargetCreateForm,
    TargetExtraFormset,
    TargetNamesFormset,
    UnknownTypeTargetCreateForm,
)
from tom_targets.models import Target
from tom_targets.services import delete_target, groups_of, possible_duplicates, store_forms
from tom_targets.views.access import TargetAccessMixin

FORMS = {Target.SIDEREAL: SiderealTargetCreateForm, Target.NON_SIDEREAL: NonSiderealTargetCreateForm}


class TargetFormMixin:
    """What the two forms share: the form of the target's type, with its aliases and tags below."""

    template_name = "tom_targets/target_form.html"
    model = Target
    fields = "__all__"
    object: Target | None

    def get_target_type(self) -> str:
        raise NotImplementedError

    def get_form_class(self) -> type[ModelForm]:
        return FORMS.get(self.get_target_type(), UnknownTypeTargetCreateForm)

    def get_form(self, *args: Any, **kwargs: Any) -> ModelForm:
        """The form, with the groups that this user may give access to."""
        form = super().get_form(*args, **kwargs)
        if "groups" in form.fields:
            form.fields["groups"].queryset = groups_of(self.request.user)
            form.user = self.request.user
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context.setdefault("names_form", self._names_formset())
        context.setdefault("extra_form", self._extra_formset())
        return context | {
            "type_choices": Target.TARGET_TYPES, "target_type": self.get_target_type(),
            "sections": form_sections(context["form"]),
            "carried": carried_values(context["form"], self.request.POST or self.request.GET),
        }

    def _names_formset(self) -> BaseInlineFormSet:
        return TargetNamesFormset(instance=self.object)

    def _extra_formset(self) -> BaseInlineFormSet:
        return TargetExtraFormset(instance=self.object)

    def form_valid(self, form: ModelForm) -> HttpResponse:
        """The target is well; it is stored when its aliases and tags are, too."""
        instance = form.instance
        formsets = {
            "names_form": _posted(TargetNamesFormset, self.request, instance),
            "extra_form": _posted(TargetExtraFormset, self.request, instance),
        }
        # Each is asked, so that all messages come at once.
        judged = [formset.is_valid() for formset in formsets.values()]
        if not all(judged):
            return self.form_invalid(form, **formsets)
        duplicates = self._duplicates(form, formsets["names_form"])
        if duplicates:
            return self.form_invalid(form, duplicates=duplicates, **formsets)
        try:
            self._store(form, formsets)
        except IntegrityError:
            # Somebody else was faster, between the check and the write.
            form.add_error("name", "A target of this name, or with one of these aliases, was made just now.")
            return self.form_invalid(form, **formsets)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: ModelForm, **context: Any) -> HttpResponse:
        """Nothing typed is lost: the aliases and tags come back as they were sent."""
        for name, factory in (("names_form", TargetNamesFormset), ("extra_form", TargetExtraFormset)):
            context.setdefault(name, _posted(factory, self.request, form.instance))
        return self.render_to_response(self.get_context_data(form=form, **context))

    def _duplicates(self, form: ModelForm, names: BaseInlineFormSet) -> list:
        return []

    def _store(self, form: ModelForm, formsets: dict[str, BaseInlineFormSet]) -> None:
        self.object = store_forms(form, *formsets.values(), user=self.request.user)


def _posted(factory: type[BaseInlineFormSet], request: HttpRequest, instance: Target) -> BaseInlineFormSet:
    """The formset of a POST; one whose data was not sent (a form of a project's own) is empty and valid."""
    prefix = factory.get_default_prefix()
    if f"{prefix}-TOTAL_FORMS" in request.POST:
        return factory(request.POST, instance=instance)
    return factory({f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}, instance=instance)


class TargetCreateView(LoginRequiredMixin, TargetFormMixin, CreateView):
    """A new target. `?type=`, `?names=a,b` and any field come filled in; what may be a duplicate is shown first."""

    def get_default_target_type(self) -> str:
        """The type that the form starts with."""
        return tom_settings.TARGET_TYPE

    def get_target_type(self) -> str:
        """The type that was asked for or sent."""
        asked = self.request.POST.get("type") or self.request.GET.get("type") or ""
        return asked if asked in dict(Target.TARGET_TYPES) else self.get_default_target_type()

    def get_initial(self) -> dict[str, Any]:
        given = self.request.GET
        initial = {name: given[name] for name in given if name not in ("groups", "names", "type")}
        # Everybody is in the group Public: ticked unasked, it would open every new target to all.
        own = self.request.user.groups.exclude(name=PUBLIC_GROUP)
        groups = given.getlist("groups") or list(own.values_list("pk", flat=True))
        groups = [pk for pk in groups if str(pk).isdecimal()]
        return super().get_initial() | initial | {"type": self.get_target_type(), "groups": groups}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        add_hint(request, "Further fields of targets are declared in EXTRA_FIELDS, or by a TARGET_MODEL_CLASS.")
        return super().get(request, *args, **kwargs)

    def _names_formset(self) -> BaseInlineFormSet:
        """One row for each of `?names=`, or for what was typed before the type was switched; and an empty one."""
        given = self.request.GET
        names = [name.strip() for name in given.get("names", "").split(",")]
        typed = [given[key].strip() for key in given if key.startswith("aliases-") and key.endswith("-name")]
        return _filled(TargetNamesFormset, [{"name": name} for name in dict.fromkeys([*names, *typed]) if name])

    def _extra_formset(self) -> BaseInlineFormSet:
        given, prefix = self.request.GET, TargetExtraFormset.get_default_prefix()
        rows = [key.removesuffix("-key") for key in given if key.startswith(f"{prefix}-") and key.endswith("-key")]
        tags = [{"key": given[f"{row}-key"], "value": given.get(f"{row}-value", "")} for row in rows]
        return _filled(TargetExtraFormset, [tag for tag in tags if tag["key"] or tag["value"]])

    def _duplicates(self, form: ModelForm, names: BaseInlineFormSet) -> list:
        if "create_anyway" in self.request.POST:
            return []
        return possible_duplicates(form.instance, user=self.request.user, other_names=names.names)


def _filled(factory: type[BaseInlineFormSet], rows: list[dict[str, str]]) -> BaseInlineFormSet:
    formset = factory(instance=Target(), initial=rows)
    formset.extra = len(rows) + 1
    return formset


class TargetUpdateView(LoginRequiredMixin, TargetFormMixin, TargetAccessMixin, UpdateView):
    """An existing target, by those who may change it."""

    action = "change"

    def get_target_type(self) -> str:
        return self.object.type

    def _store(self, form: ModelForm, formsets: dict[str, BaseInlineFormSet]) -> None:
        super()._store(form, formsets)
        messages.success(self.request, f"{self.object} was updated.")


class TargetDeleteView(LoginRequiredMixin, TargetAccessMixin, DeleteView):
    """Asks first, saying what goes with the target; then deletes."""

    action = "delete"
    context_object_name = None
    template_name = "tom_targets/target_confirm_delete.html"
    success_url = reverse_lazy("targets:list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"goes_with_it": what_goes_with(self.object)}

    def form_valid(self, form: Any) -> HttpResponse:
        name = str(self.object)
        delete_target(self.object)
        messages.success(self.request, f"{name} was deleted.")
        return HttpResponseRedirect(self.get_success_url())


#: what people call rows of these models: one, many
_WORDS = {"targetname": ("alias", "aliases"), "targetextra": ("tag or further field", "tags and further fields")}


def what_goes_with(target: Target) -> list[str]:
    """`3 aliases`, `120 reduced data`: what is deleted together with a target."""
    found = []
    for relation in target._meta.related_objects:
        model = relation.related_model
        if relation.on_delete is not CASCADE or model._meta.parents or "objectpermission" in model._meta.model_name:
            continue
        rows = model._base_manager.filter(**{relation.field.name: target.pk}).count()
        if rows:
            one, many = _WORDS.get(model._meta.model_name, (model._meta.verbose_name, model._meta.verbose_name_plural))
            found.append(f"{rows:,} {one if rows == 1 else many}")
    return found
