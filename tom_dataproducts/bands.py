"""One colour and one marker per photometric band, the same on every plot of the site.

Neighbouring bands differ in hue and in lightness, after Okabe and Ito's palette, and in their marker, so that they stay
apart for colour-blind eyes, in grey print, and on light and dark pages.
"""

import re
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class BandStyle:
    """How a band is drawn: a colour, a plotly marker symbol, and its place in the legend (by wavelength)."""

    colour: str
    symbol: str
    order: int


# Of middle lightness, for white pages and dark ones.
_BLUE, _SKY, _GREEN, _ORANGE = "#2f7fc1", "#4aa8e0", "#10a37a", "#e09a10"
_RED, _PINK, _PURPLE, _BROWN, _GREY = "#db5f1d", "#d17fae", "#7a6fd0", "#a0762a", "#8c8c8c"

#: from the shortest wavelength to the longest
STYLES = {
    name: BandStyle(colour, symbol, order)
    for order, (name, colour, symbol) in enumerate([
        ("uvw2", _PURPLE, "star-triangle-up"), ("uvm2", _PINK, "star-triangle-down"), ("uvw1", _PURPLE, "hexagram"),
        ("u", _PURPLE, "diamond"), ("U", _PURPLE, "diamond-wide"), ("B", _BLUE, "square"), ("g", _GREEN, "circle"),
        ("BP", _SKY, "hexagon"), ("c", _SKY, "pentagon"), ("V", _SKY, "triangle-up"), ("clear", _GREY, "circle"),
        ("G", _GREY, "octagon"), ("L", _GREY, "star-diamond"), ("w", _GREY, "star-square"), ("r", _RED, "square"),
        ("R", _RED, "diamond"), ("o", _ORANGE, "hexagon2"), ("RP", _RED, "hexagon"), ("i", _ORANGE, "triangle-up"),
        ("I", _ORANGE, "cross"), ("z", _PINK, "circle"), ("y", _BROWN, "square"), ("Y", _BROWN, "diamond"),
        ("J", _BROWN, "circle"), ("H", _PINK, "square"), ("K", _PURPLE, "triangle-up"),
        ("Ks", _PURPLE, "triangle-left"), ("W1", _BROWN, "pentagon"), ("W2", _PINK, "pentagon"),
    ])
}  # fmt: skip
#: for bands that are not named above, chosen by their name
_OTHERS = [
    (colour, symbol)
    for symbol in ("x", "bowtie", "hourglass", "star", "hexagram")
    for colour in (_BLUE, _GREEN, _ORANGE, _RED, _PINK, _PURPLE, _BROWN)
]
_CASELESS = {name.lower(): name for name in ("uvw2", "uvm2", "uvw1", "clear", "Ks", "W1", "W2")}


def band_style(bandpass: str) -> BandStyle:
    """The style of a band under any of its spellings: `r`, `rp`, `r'`, `ztf-r`, `sdss r` are drawn alike."""
    style = STYLES.get(plain_band(bandpass))
    if style:
        return style
    colour, symbol = _OTHERS[crc32(bandpass.encode()) % len(_OTHERS)]
    return BandStyle(colour, symbol, len(STYLES) + crc32(bandpass.encode()) % 10_000)


def plain_band(bandpass: str) -> str:
    """The band without survey, prime and primed letter: `SDSS-g'` is `g`, `Bessell-V` is `V`, `atlas_o` is `o`."""
    parts = [part for part in re.split(r"[\s_\-.:/,()]+", bandpass.strip()) if part]
    for part in reversed(parts):
        bare = part.rstrip("'′")
        for name in (bare, _CASELESS.get(bare.lower(), "")):
            if name in STYLES:
                return name
        joined = re.fullmatch(r"(?:ztf|atlas|ps1?|sdss|des|lsst|gaia|panstarrs)?([ugrizyocwBVRI])p?", bare)
        if joined:
            return joined[1]
    return bandpass
