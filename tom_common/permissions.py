"""Who may do what: one rule, evaluated in SQL, for pages, API, counts, searches, plots, files and sharing alike.

    Target.objects.visible_to(user)      Target.objects.changeable_by(user)      grant([group], to=target)

A grant is a django-guardian object permission, given to the user, to one of the user's groups, or to guardian's
anonymous user (which counts for everybody). Levels that open an object without a grant (OPEN, PUBLIC) belong to the
model: its queryset overrides `open_to`.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import connections, router
from django.db.models import AutoField, BigIntegerField, Exists, IntegerField, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.dispatch import Signal

from tom_common.conf import tom_settings

ACTIONS = ("view", "change", "delete")

#: Sent before rights change, by the model: `instances`, `subjects`, `actions`, and whether they are `given` or taken.
grants_changing = Signal()
BATCH_SIZE = 1000


class GrantedQuerySet(QuerySet):
    """A queryset that knows who may see and change its rows."""

    def visible_to(self, user: Any) -> "GrantedQuerySet":
        """The rows this user (or AnonymousUser) may see."""
        return self.allowed(user, "view")

    def changeable_by(self, user: Any) -> "GrantedQuerySet":
        """The rows this user may change, observe, add data to and share."""
        return self.allowed(user, "change")

    def deletable_by(self, user: Any) -> "GrantedQuerySet":
        return self.allowed(user, "delete")

    def allowed(self, user: Any, action: str) -> "GrantedQuerySet":
        """The rows this user (AnonymousUser and None are a visitor) may do `action` with."""
        if user is None or user.is_anonymous:
            return self.filter(self.open_to(None, action) | granted(self.model, None, action))
        if not user.is_active:
            return self.none()
        if user.is_superuser:
            return self.all()
        return self.filter(self.open_to(user, action) | granted(self.model, user, action))

    def open_to(self, user: Any, action: str) -> Q:
        """What is open without a grant: nothing, unless the model says otherwise."""
        return Q(pk__in=())


def permission_codename(model: type[Model], action: str) -> str:
    """`view_target` for a target of any class: a model may name itself by `permission_noun`."""
    return f"{action}_{getattr(model, 'permission_noun', model._meta.model_name)}"


def granted(model: type[Model], user: Any, action: str) -> Q:
    """The condition on rows of `model` that a grant lets this user do `action`: a look-up in an index each."""
    of_users, of_groups = grants_of(model, action)
    user_model = get_user_model()
    names = Q(**{user_model.USERNAME_FIELD: tom_settings.ANONYMOUS_USER_NAME or ""})
    holders = user_model._default_manager.filter(names if user is None else names | Q(pk=user.pk)).order_by()
    groups = Group.objects.filter(user__in=holders.values("pk")).order_by()
    return _held(of_users.filter(user__in=holders.values("pk")), model) | _held(
        of_groups.filter(group__in=groups.values("pk")), model
    )


def grants_of(model: type[Model], action: str) -> tuple[QuerySet, QuerySet]:
    """Rows of the two tables of grants, to users and to groups, that let someone do `action` with such an object."""
    permissions = Permission.objects.filter(codename=permission_codename(model, action)).values("pk")
    # A list of ids that the database makes once, instead of a join for every row.
    return tuple(_of_kind(grants.objects.filter(permission__in=permissions), model) for grants in _tables(model))


def _tables(model: type[Model]) -> tuple[type[Model], type[Model]]:
    from guardian.utils import get_group_obj_perms_model, get_user_obj_perms_model

    return get_user_obj_perms_model(model), get_group_obj_perms_model(model)


def _is_generic(grants: type[Model]) -> bool:
    """Whether guardian's own table holds them, which names its object by content type and the text of the key."""
    return grants.objects.is_generic()


def _of_kind(grants: QuerySet, model: type[Model]) -> QuerySet:
    from guardian.ctypes import get_content_type

    return grants.filter(content_type=get_content_type(model)) if _is_generic(grants.model) else grants


def _held(grants: QuerySet, model: type[Model]) -> Q:
    """The condition that one of the grants is on the row."""
    if not _is_generic(grants.model):
        return Q(Exists(grants.filter(content_object=OuterRef("pk"))))
    key = model._meta.pk
    while key.remote_field:
        key = key.target_field
    whole_number = isinstance(key, (AutoField, IntegerField))
    keys = grants.order_by().annotate(row=Cast("object_pk", BigIntegerField() if whole_number else key))
    return Q(pk__in=keys.values("row"))


def _of_objects(grants: QuerySet, pks: Iterable[Any]) -> QuerySet:
    if _is_generic(grants.model):
        return grants.filter(object_pk__in=[str(pk) for pk in pks])
    return grants.filter(content_object__in=list(pks))


def may(user: Any, action: str, instance: Model) -> bool:
    """Whether the user may do that to this one object."""
    return type(instance)._default_manager.all().allowed(user, action).filter(pk=instance.pk).exists()


def require(user: Any, action: str, instance: Model) -> None:
    """Raise PermissionDenied, saying what and to what, unless the user may."""
    if not may(user, action, instance):
        raise PermissionDenied(f"You may not {action} {instance}.")


def grant(subjects: Iterable[Any], *, to: Model | Iterable[Model], actions: Iterable[str] = ACTIONS) -> None:
    """Give users or groups the right to `actions` on one object or many (of one class). Twice changes nothing.

    However many objects and subjects there are, this takes a few queries a thousand grants.
    """
    instances, subjects = _listed(to), list(subjects)
    if not instances or not subjects:
        return
    actions = tuple(actions)
    model, permissions = type(instances[0]), _permissions(type(instances[0]), actions)
    grants_changing.send(model, instances=instances, subjects=subjects, actions=actions, given=True)
    for grants, holder, some in _by_kind(model, subjects):
        rows = [
            grants(permission=permission, **{holder: subject}, **_object_columns(grants, instance))
            for subject in some for instance in instances for permission in permissions
        ]
        _insert_new(grants, rows, holder)


def revoke(subjects: Iterable[Any], *, to: Model | Iterable[Model], actions: Iterable[str] = ACTIONS) -> None:
    """Take rights back; those that come from elsewhere (another group, PUBLIC) stay."""
    instances, subjects, actions = _listed(to), list(subjects), tuple(actions)
    if not instances or not subjects:
        return
    model = type(instances[0])
    grants_changing.send(model, instances=instances, subjects=subjects, actions=actions, given=False)
    codenames = [permission_codename(model, action) for action in actions]
    for grants, holder, some in _by_kind(model, subjects):
        rows = _of_kind(grants.objects.filter(permission__codename__in=codenames, **{f"{holder}__in": some}), model)
        for start in range(0, len(instances), BATCH_SIZE):
            _of_objects(rows, [instance.pk for instance in instances[start:start + BATCH_SIZE]]).delete()


def granted_groups(instance: Model, action: str = "view") -> QuerySet[Group]:
    """The groups that hold a grant on this object."""
    _, of_groups = grants_of(type(instance), action)
    return Group.objects.filter(pk__in=_of_objects(of_groups, [instance.pk]).values("group"))


def granted_users(instance: Model, action: str = "view") -> QuerySet:
    """The users that hold a grant of their own on this object."""
    of_users, _ = grants_of(type(instance), action)
    return get_user_model()._default_manager.filter(pk__in=_of_objects(of_users, [instance.pk]).values("user"))


def _listed(to: Model | Iterable[Model]) -> list[Model]:
    return [to] if isinstance(to, Model) else list(to)


def _by_kind(model: type[Model], subjects: list[Any]) -> Iterable[tuple[type[Model], str, list[Any]]]:
    """(table of grants, its column for the holder, holders): users, then groups. A visitor is guardian's."""
    from guardian.utils import get_anonymous_user

    user_grants, group_grants = _tables(model)
    groups = [subject for subject in subjects if isinstance(subject, Group)]
    users = [
        get_anonymous_user() if getattr(subject, "is_anonymous", False) else subject
        for subject in subjects if not isinstance(subject, Group)
    ]
    return [(grants, name, some) for grants, name, some in
            ((user_grants, "user", users), (group_grants, "group", groups)) if some]


def _permissions(model: type[Model], actions: Iterable[str]) -> list[Permission]:
    """The permissions behind these actions. Raises ValueError for one that the model does not have."""
    from guardian.ctypes import get_content_type

    wanted = [permission_codename(model, action) for action in actions]
    found = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type=get_content_type(model), codename__in=wanted)
    }
    absent = [codename for codename in wanted if codename not in found]
    if absent:
        raise ValueError(f"{model._meta.label} has no permission {', '.join(absent)}; run `manage.py migrate`.")
    return [found[codename] for codename in wanted]


def _object_columns(grants: type[Model], instance: Model) -> dict[str, Any]:
    from guardian.ctypes import get_content_type

    if _is_generic(grants):
        return {"content_type": get_content_type(instance), "object_pk": str(instance.pk)}
    return {"content_object_id": instance.pk}


def _insert_new(grants: type[Model], rows: list[Model], holder: str) -> None:
    if connections[router.db_for_write(grants)].features.supports_ignore_conflicts:
        grants.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH_SIZE)
        return
    column = "object_pk" if _is_generic(grants) else "content_object_id"
    names = (f"{holder}_id", "permission_id", column)
    for row in rows:
        grants.objects.get_or_create(**{name: getattr(row, name) for name in names}, defaults=(
            {"content_type": row.content_type} if _is_generic(grants) else {}
        ))
