"""Targets for tests, of this project and of plugins. Needs factory_boy (the extra `test`).

Values follow a sequence, not chance: a test that fails, fails again.
"""

import math

import factory

from tom_targets.models import BaseTarget, PersistentShare, Target, TargetExtra, TargetList, TargetName

GOLDEN_ANGLE = 137.50776405003785


def spread_ra(n: int) -> float:
    """Right ascensions (degrees) that, with :func:`spread_dec`, never meet on the sky."""
    return round(n * GOLDEN_ANGLE % 360, 6)


def spread_dec(n: int) -> float:
    return round(math.degrees(math.asin(2 * ((n * 0.754877666 + 0.5) % 1) - 1)) * 0.99, 6)


class SiderealTargetFactory(factory.django.DjangoModelFactory):
    """A star: `SiderealTargetFactory.create(name="M31", ra=10.68, dec=41.27)`."""

    class Meta:
        model = Target

    name = factory.Sequence(lambda n: f"Star {n}")
    type = BaseTarget.SIDEREAL
    ra = factory.Sequence(spread_ra)
    dec = factory.Sequence(spread_dec)
    epoch = 2000.0
    pm_ra = factory.Sequence(lambda n: float(n % 40 - 20))
    pm_dec = factory.Sequence(lambda n: float(n % 30 - 15))


class NonSiderealTargetFactory(factory.django.DjangoModelFactory):
    """A minor planet with the elements of the main belt."""

    class Meta:
        model = Target

    name = factory.Sequence(lambda n: f"Asteroid {n}")
    type = BaseTarget.NON_SIDEREAL
    scheme = "MPC_MINOR_PLANET"
    epoch_of_elements = 60800.0
    mean_anomaly = factory.Sequence(lambda n: n * 36.5 % 360)
    arg_of_perihelion = factory.Sequence(lambda n: n * 73.1 % 360)
    lng_asc_node = factory.Sequence(lambda n: n * 21.7 % 360)
    inclination = factory.Sequence(lambda n: n * 1.3 % 30)
    eccentricity = factory.Sequence(lambda n: n * 0.017 % 0.4)
    semimajor_axis = factory.Sequence(lambda n: 2.1 + n * 0.013 % 1.2)
    abs_mag = 15.0
    slope = 0.15


class CometTargetFactory(NonSiderealTargetFactory):
    """A comet on a nearly parabolic orbit."""

    name = factory.Sequence(lambda n: f"Comet {n}")
    scheme = "MPC_COMET"
    eccentricity = factory.Sequence(lambda n: 0.99 + n * 0.001 % 0.02)
    perihdist = factory.Sequence(lambda n: 0.8 + n * 0.1 % 3)
    epoch_of_perihelion = 60900.0
    mean_anomaly = None
    semimajor_axis = None


class TargetFactory(SiderealTargetFactory):
    """A target where its type does not matter."""


class TargetNameFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TargetName

    name = factory.Sequence(lambda n: f"Alias {n}")
    target = factory.SubFactory(SiderealTargetFactory)


class TargetExtraFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TargetExtra

    target = factory.SubFactory(SiderealTargetFactory)
    key = factory.Sequence(lambda n: f"extra {n}")
    value = "1.5"


class TargetGroupingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TargetList

    name = factory.Sequence(lambda n: f"Grouping {n}")


class PersistentShareFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PersistentShare

    target = factory.SubFactory(SiderealTargetFactory)
    destination = "another-tom"
