"""Where and when targets are up: altitude, airmass, Sun, Moon and limits for targets x sites x times in one call.

Altitudes are without refraction, as astropy's AltAz with pressure 0, and airmass is sec z, as astropy's and
astroplan's; both agree with it to 1e-4 in airmass up to airmass 5. Places are ICRS degrees, times MJD (UTC).
"""

from tom_common.astro.earth import Earth, Site
from tom_common.astro.visibility.grid import Limits, RiseSetTransit, Summary, Visibility, visibility
from tom_common.astro.visibility.nights import Night, night, night_times
from tom_common.astro.visibility.plans import (
    AirmassCurve,
    airmass_curve,
    body_visibility,
    rise_set_transit,
    tonight,
    tonight_moving,
)
from tom_common.astro.visibility.sunmoon import SunMoon, sun_moon

__all__ = [
    "AirmassCurve", "Earth", "Limits", "Night", "RiseSetTransit", "Site", "Summary", "SunMoon", "Visibility",
    "airmass_curve", "body_visibility", "night", "night_times", "rise_set_transit", "sun_moon", "tonight",
    "tonight_moving", "visibility",
]
