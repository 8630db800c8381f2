"""Where grants on targets and groupings are kept: tables with a foreign key, so that a list is one EXISTS on an index
and a grant goes with its object. Custom target classes share the tables of BaseTarget.
"""

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class TargetUserObjectPermission(UserObjectPermissionBase):
    """What one user may do with one target."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE, db_index=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "user"], name="tom_targets_user_grant")]


class TargetGroupObjectPermission(GroupObjectPermissionBase):
    """What the members of one group may do with one target."""

    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey("tom_targets.BaseTarget", on_delete=models.CASCADE, db_index=False)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "group"], name="tom_targets_group_grant")]


class TargetListUserObjectPermission(UserObjectPermissionBase):
    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey("tom_targets.TargetList", on_delete=models.CASCADE, db_index=False)

    class Meta(UserObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "user"], name="tom_lists_user_grant")]


class TargetListGroupObjectPermission(GroupObjectPermissionBase):
    id = models.BigAutoField(primary_key=True)
    content_object = models.ForeignKey("tom_targets.TargetList", on_delete=models.CASCADE, db_index=False)

    class Meta(GroupObjectPermissionBase.Meta):
        indexes = [models.Index(fields=["content_object", "permission", "group"], name="tom_lists_group_grant")]
