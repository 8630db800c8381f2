"""Light curves from simple published templates. Times in days, brightness in magnitudes; numpy in, numpy out.

What they look like is right, what they measure is not: nothing here is an observation. Without noise each function
gives the same value at the same time, always; noise and gaps come from a random generator that the caller seeds.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]

#: band -> (how much fainter the tail starts than the peak, mag; its slope, mag/day; decline within 15 days for
#: dm15(B) = 1.1; second maximum: strength, mag; day; width, days)
TYPE_IA_BANDS = {
    "B": (2.45, 0.015, 1.10, 0.0, 0.0, 1.0),
    "V": (1.75, 0.021, 0.66, 0.0, 0.0, 1.0),
    "R": (1.15, 0.026, 0.60, -0.25, 26.0, 8.0),
    "I": (0.75, 0.030, 0.41, -0.85, 27.0, 9.0),
}
TYPE_IA_RISE = 17.5
#: 56Co to 56Fe
COBALT_DECLINE = 0.0098
#: 2.5 / ln 10: a relative error as an error in magnitudes
MAGNITUDES_PER_LN = 1.0857362


def type_ia(days: ArrayLike, band: str, peak: float, dm15: float) -> Curve:
    """A thermonuclear supernova `days` from B maximum; infinitely faint before it explodes.

    The shape of Contardo, Leibundgut & Vacca (2000, A&A 359, 876): a linear tail, Gaussians for maximum and second
    maximum, an exponential rise. `dm15` is the decline in B over 15 days (Phillips 1993, ApJ 413, L105), 0.7 to 2.0:
    the slower, the broader in all bands. `peak` is the magnitude at maximum in this band.
    """
    days = np.asarray(days, float)
    tail, slope, decline, bump, bump_day, bump_width = TYPE_IA_BANDS[band]
    wanted = decline * (dm15 / 1.1) - bump * np.exp(-((15 - bump_day) ** 2) / (2 * bump_width**2))
    remaining = np.clip((tail + 15 * slope - wanted) / tail, 0.05, 0.95)
    width = 15 / np.sqrt(-2 * np.log(remaining))
    stretch = 1.1 / dm15
    below_peak = tail * (1 - np.exp(-(days**2) / (2 * width**2))) + slope * days
    below_peak = below_peak + bump * np.exp(-((days - bump_day * stretch**0.5) ** 2) / (2 * bump_width**2))
    risen = 1 - np.exp(-np.clip(days + TYPE_IA_RISE, 1e-9, None) / 2.5)
    return np.where(days > -TYPE_IA_RISE, (peak + below_peak) / risen, np.inf)


def type_iip(days: ArrayLike, plateau: float, length: float, slope: float, drop: float = 2.0) -> Curve:
    """A plateau supernova `days` after its explosion; infinitely faint before.

    The shape of Olivares et al. (2010, ApJ 715, 833): a plateau that declines by `slope` mag/day, a Fermi-Dirac step of
    `drop` mag at `length` days, and the tail of radioactive cobalt; the rise is exponential with 1.5 days. `plateau` is
    the magnitude in the middle of the plateau.
    """
    days = np.asarray(days, float)
    step = 1 / (1 + np.exp(-(days - length) / 4.0))
    on_plateau = plateau + slope * (np.minimum(days, length) - length / 2)
    tail = COBALT_DECLINE * np.clip(days - length, 0, None)
    risen = 1 - np.exp(-np.clip(days, 1e-9, None) / 1.5)
    return np.where(days > 0, on_plateau + drop * step + tail - 2.5 * np.log10(risen), np.inf)


def anchored(days: ArrayLike, anchors: Sequence[tuple[float, float]], tail: float) -> Curve:
    """A curve through published points (day, magnitude), straight between them; after the last one `tail` mag/day."""
    days = np.asarray(days, float)
    at, magnitudes = np.array(anchors, float).T
    curve = np.interp(days, at, magnitudes) + tail * np.clip(days - at[-1], 0, None)
    return np.where(days >= at[0], curve, np.inf)


def power_law(days: ArrayLike, peak: float, peak_day: float, index: float) -> Curve:
    """Flux that falls as days**-index (a tidal disruption: 5/3, Rees 1988, Nature 333, 523) from `peak` at `peak_day`.

    Before, flux rises as the square of time; infinitely faint before day 0.
    """
    days = np.asarray(days, float)
    relative = np.clip(days, 1e-9, None) / peak_day
    fainter = np.where(relative < 1, -5 * np.log10(relative), 2.5 * index * np.log10(relative))
    return np.where(days > 0, peak + fainter, np.inf)


def mira(days: ArrayLike, period: float, brightest: float, faintest: float, rise: float = 0.4) -> Curve:
    """A long-period variable `days` from maximum: a cosine whose rise takes the fraction `rise` of the period."""
    phase = np.mod(np.asarray(days, float) / period, 1.0)
    bent = np.where(phase < 1 - rise, phase / (1 - rise) / 2, 1 - (1 - phase) / rise / 2)
    return brightest + (faintest - brightest) * (1 - np.cos(2 * np.pi * bent)) / 2


#: (R_k1, phi_k1) of the Fourier series sum A_k cos(2 pi k phase + phi_k), in the notation of Simon & Lee (1981,
#: ApJ 248, 291); typical values of the classes
CEPHEID = ((0.43, 4.5), (0.20, 2.6))
RR_LYRAE = ((0.45, 3.95), (0.33, 1.85), (0.20, 6.1))


def pulsator(
    days: ArrayLike, period: float, mean: float, amplitude: float, series: Sequence[tuple[float, float]]
) -> Curve:
    """A Cepheid or RR Lyrae star `days` from maximum, by its Fourier parameters; `amplitude` from top to bottom."""

    def shape(phase: Curve) -> Curve:
        terms = [np.cos(2 * np.pi * phase)]
        terms += [
            ratio * np.cos(2 * np.pi * order * phase + angle) for order, (ratio, angle) in enumerate(series, start=2)
        ]
        return np.sum(terms, axis=0)

    grid = np.linspace(0, 1, 2001)
    whole = shape(grid)
    brightest = grid[np.argmin(whole)]
    phase = np.mod(np.asarray(days, float) / period + brightest, 1.0)
    return mean + amplitude * (shape(phase) - whole[:-1].mean()) / np.ptp(whole)


def eclipses(days: ArrayLike, period: float, outside: float, depth: float, secondary: float, width: float) -> Curve:
    """A detached eclipsing binary `days` from primary minimum; `width` is an eclipse's part of the period."""
    phase = np.mod(np.asarray(days, float) / period + 0.5, 1.0) - 0.5
    half = width / 2

    def eclipse(distance: Curve) -> Curve:
        return np.clip(1 - (np.abs(distance) / half) ** 1.5, 0, 1)

    other = np.mod(phase + 1.0, 1.0) - 0.5
    return outside + depth * eclipse(phase) + secondary * eclipse(other)


def contact_binary(days: ArrayLike, period: float, mean: float, amplitude: float) -> Curve:
    """A W UMa star `days` from primary minimum: two ellipsoidal waves a period, the minima nearly alike."""
    phase = 2 * np.pi * np.asarray(days, float) / period
    return mean + amplitude * (0.46 * np.cos(2 * phase) + 0.04 * np.cos(phase) + 0.08 * np.cos(4 * phase))


def transit(days: ArrayLike, period: float, outside: float, depth: float, duration: float) -> Curve:
    """A planet's transit `days` from mid-transit: a trapezoid of `depth` (part of the flux) over `duration` days."""
    distance = np.abs(np.mod(np.asarray(days, float) + period / 2, period) - period / 2)
    ingress = 0.12 * duration
    covered = np.clip((duration / 2 - distance) / ingress, 0, 1)
    return outside - 2.5 * np.log10(1 - depth * covered)


def dwarf_nova(days: ArrayLike, outbursts: ArrayLike, quiet: float, outburst: float) -> Curve:
    """A star that brightens from `quiet` to `outburst` at each time in `outbursts`: 10 days, up fast, down slower."""
    # Beyond two months an outburst is long over, or far ahead.
    elapsed = np.clip(np.asarray(days, float)[:, None] - np.asarray(outbursts, float)[None, :], -60, 60)
    up = 1 / (1 + np.exp(-(elapsed - 1.0) / 0.3))
    down = 1 / (1 + np.exp((elapsed - 11.0) / 1.2))
    return quiet - (quiet - outburst) * (up * down).max(axis=1)


def dust_fading(days: ArrayLike, depth: float, fall: float, recovery: float) -> Curve:
    """By how much an R CrB star is dimmed `days` after dust forms: falls within `fall`, recovers within `recovery`."""
    days = np.clip(np.asarray(days, float), 0, None)
    return depth * (1 - np.exp(-days / fall)) * np.exp(-((days / (4 * recovery)) ** 2)) * np.exp(-days / (6 * recovery))


def damped_random_walk(days: ArrayLike, rng: np.random.Generator, tau: float, sigma: float) -> Curve:
    """How an active nucleus varies about its mean (Kelly, Bechtold & Siemiginowska 2009, ApJ 698, 895).

    `days` grow; `tau` is the time in days after which it forgets, `sigma` the long-term scatter in mag.
    """
    days = np.asarray(days, float)
    walk = np.empty(len(days))
    walk[:1] = sigma * rng.standard_normal(min(1, len(days)))
    for number in range(1, len(days)):
        memory = np.exp(-(days[number] - days[number - 1]) / tau)
        walk[number] = memory * walk[number - 1] + sigma * np.sqrt(1 - memory**2) * rng.standard_normal()
    return walk


def nights(rng: np.random.Generator, first: float, last: float, gap: float, clear: float = 0.75) -> Curve:
    """Times (MJD) of about one visit every `gap` days; `clear` is the part of the nights with good weather."""
    evenly = np.arange(first, last, gap)
    times = evenly + rng.uniform(-0.3, 0.3, len(evenly)) * min(gap, 0.6)
    return np.sort(times[rng.uniform(size=len(evenly)) < clear])


def observed(
    mjd: Curve, magnitude: Curve, band: str, unit: str, rng: np.random.Generator, *, deepest: float = 20.5,
    floor: float = 0.015,
) -> list[dict]:  # fmt: skip
    """Rows as a photometry table has them: noise added to the flux, and a limit where it stays below five sigma.

    `deepest` is the 5-sigma limit of a good night, `floor` the error of a bright star.
    """
    limits = deepest + rng.normal(-0.2, 0.2, len(mjd))
    # In units of the night's noise: a source at the limit has 5.
    signal = 5 * 10 ** (-0.4 * (magnitude - limits))
    noise = np.hypot(1.0, floor * signal / MAGNITUDES_PER_LN)
    seen = signal + noise * rng.standard_normal(len(mjd))
    rows = []
    for time, flux, sigma, limit in zip(mjd, seen, noise, limits, strict=True):
        row: dict = {"mjd": round(float(time), 5), "filter": band, "unit": unit}
        if flux >= 5:
            row |= {
                "magnitude": round(float(limit - 2.5 * np.log10(flux / 5)), 4),
                "error": round(float(MAGNITUDES_PER_LN * sigma / flux), 4),
            }
        else:
            row |= {"limit": round(float(limit), 2)}
        rows.append(row)
    return rows


def colours(reference: Curve, offsets: Mapping[str, float]) -> dict[str, Curve]:
    """The same curve in several bands, shifted by a colour each (band minus reference, mag)."""
    return {band: reference + offset for band, offset in offsets.items()}
