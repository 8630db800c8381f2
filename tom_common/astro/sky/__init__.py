"""Places on the sky: separations, HEALPix indices and ranges, cross-match, other frames, proper motion.

Angles are degrees, positions ICRS, unless a name says otherwise. HEALPix is NESTED; a range is (low, high), both ends
included, of order-29 indices. Importing this costs numpy alone; heavier libraries load with the first use.
"""

from tom_common.astro.sky.crossmatch import Matches, crossmatch
from tom_common.astro.sky.frames import constellation, ecliptic, from_ecliptic, from_galactic, galactic, propagate
from tom_common.astro.sky.healpix import (
    LAST_INDEX,
    ORDER,
    ConeBox,
    Range,
    cone_box,
    cone_ranges,
    healpix_array,
    healpix_index,
    limited,
    merged,
)
from tom_common.astro.sky.regions import in_polygon, moc_ranges, polygon_ranges, skymap_ranges
from tom_common.astro.sky.sphere import offset_by, position_angle, position_of, separation, unit_vector

__all__ = [
    "LAST_INDEX", "ORDER", "ConeBox", "Matches", "Range", "cone_box", "cone_ranges", "constellation", "crossmatch",
    "ecliptic", "from_ecliptic", "from_galactic", "galactic", "healpix_array", "healpix_index", "in_polygon", "limited",
    "merged", "moc_ranges", "offset_by", "polygon_ranges", "position_angle", "position_of", "propagate", "separation",
    "skymap_ranges", "unit_vector",
]
