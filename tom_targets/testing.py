"""What tests of plugins and projects import. Needs factory_boy (the extra `test`)."""

from tom_targets.tests.factories import (
    CometTargetFactory,
    NonSiderealTargetFactory,
    PersistentShareFactory,
    SiderealTargetFactory,
    TargetExtraFactory,
    TargetFactory,
    TargetGroupingFactory,
    TargetNameFactory,
)

__all__ = [
    "CometTargetFactory", "NonSiderealTargetFactory", "PersistentShareFactory", "SiderealTargetFactory",
    "TargetExtraFactory", "TargetFactory", "TargetGroupingFactory", "TargetNameFactory",
]
