"""What targets add to the API. `urls.py` imports this module."""

from tom_common.api_router import SharedAPIRootRouter
from tom_targets.api_lists import DynamicTargetListViewSet
from tom_targets.api_timeline import TargetEventViewSet
from tom_targets.api_views import TargetExtraViewSet, TargetListViewSet, TargetNameViewSet, TargetViewSet

router = SharedAPIRootRouter()
router.register(r"targets", TargetViewSet, "targets")
router.register(r"targetextra", TargetExtraViewSet, "targetextra")
router.register(r"targetname", TargetNameViewSet, "targetname")
router.register(r"targetlist", TargetListViewSet, "targetlist")
router.register(r"targetevents", TargetEventViewSet, "targetevents")
router.register(r"dynamictargetlist", DynamicTargetListViewSet, "dynamictargetlist")
