"""Lists that fill themselves: a filter of the target list under a name, evaluated for whoever looks at it.

What is in one today: `choosing.filtered(list.query_string, user)`.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from tom_common.permissions import grant
from tom_targets.managers import GrantedManager


class DynamicTargetList(models.Model):
    """A saved filter. Who it is shown to is granted as with groupings; its targets keep their own access."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=200, help_text="The name of the list.")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="dynamic_target_lists",
        help_text="Who made it.",
    )
    query_string = models.TextField(
        blank=True, default="", verbose_name="Filters", help_text="The filters, as in the address of the target list.",
    )
    pinned = models.BooleanField(
        default=False, help_text="On the owner's first page and in the menu of targets.",
    )
    created = models.DateTimeField(auto_now_add=True, help_text="When this list was made (UTC).")
    modified = models.DateTimeField(auto_now=True, help_text="When this list was last changed (UTC).")

    objects = GrantedManager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = "dynamic list of targets"
        verbose_name_plural = "dynamic lists of targets"

    def __str__(self) -> str:
        return str(self.name)

    def get_absolute_url(self) -> str:
        """The page that opens it."""
        return reverse("targets:dynamic-list", args=[self.pk])


class DynamicTargetListUserObjectPermission(UserObjectPermissionBase):
    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(DynamicTargetList, on_delete=models.CASCADE, db_index=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "user"], name="tom_dynamic_user_grant")]


class DynamicTargetListGroupObjectPermission(GroupObjectPermissionBase):
    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey(DynamicTargetList, on_delete=models.CASCADE, db_index=False)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "group"], name="tom_dynamic_group_grant")]


@transaction.atomic
def make_dynamic_list(made: DynamicTargetList, *, user: Any, groups: Iterable[Any] = ()) -> DynamicTargetList:
    """Store a new list, which its maker may see, change and delete, and these groups may see."""
    made.owner = user
    made.save()
    if not user.is_superuser:
        grant([user], to=made)
    grant(groups, to=made, actions=["view"])
    return made
