"""Spectra from textbook ingredients: black bodies, power laws, lines. Wavelengths in Å (air), flux in arbitrary scale.

Nothing here is an observation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Spectrum = NDArray[np.float64]

SPEED_OF_LIGHT_KM_S = 299_792.458
#: hc/k, Å K
SECOND_RADIATION_CONSTANT = 1.438777e8
#: rest wavelengths, Å
H_ALPHA, H_BETA, H_GAMMA, H_DELTA = 6562.8, 4861.3, 4340.5, 4101.7
BALMER = (H_ALPHA, H_BETA, H_GAMMA, H_DELTA)
HE_I, NA_D, SI_II, S_II, O_I = 5875.6, 5892.9, 6355.0, (5454.0, 5640.0), 7774.0
CA_HK, CA_TRIPLET, FE_II = 3945.0, 8579.0, (4924.0, 5018.0, 5169.0)
O_III = (4958.9, 5006.8)
#: band heads of titanium oxide
TIO = (4955.0, 5448.0, 5862.0, 6159.0, 7054.0, 7589.0)


@dataclass(frozen=True)
class Line:
    """A line of a moving shell. `strength`: depth of the absorption, part of the continuum; `emission` likewise."""

    rest: float
    velocity_km_s: float
    width_km_s: float
    strength: float
    emission: float = 0.0


def black_body(wavelength: Spectrum, temperature: float) -> Spectrum:
    """Planck's law per wavelength, 1 at 5500 Å."""

    def planck(at: Spectrum | float) -> Spectrum:
        return np.asarray(at) ** -5.0 / np.expm1(SECOND_RADIATION_CONSTANT / (np.asarray(at) * temperature))

    return planck(wavelength) / planck(5500.0)


def power_law(wavelength: Spectrum, index: float) -> Spectrum:
    """Flux per wavelength as wavelength**index, 1 at 5500 Å."""
    return (wavelength / 5500.0) ** index


def gaussian(wavelength: Spectrum, centre: float, width_km_s: float) -> Spectrum:
    """1 at `centre`; `width_km_s` is its standard deviation."""
    return np.exp(-0.5 * ((wavelength / centre - 1) * SPEED_OF_LIGHT_KM_S / width_km_s) ** 2)


def p_cygni(wavelength: Spectrum, lines: Sequence[Line]) -> Spectrum:
    """What an expanding shell does to the continuum: absorption blueshifted by the velocity, emission at rest."""
    factor = np.ones_like(wavelength)
    for line in lines:
        centre = line.rest * (1 - line.velocity_km_s / SPEED_OF_LIGHT_KM_S)
        factor *= 1 - line.strength * gaussian(wavelength, centre, line.width_km_s)
        factor += line.emission * gaussian(wavelength, line.rest, line.width_km_s)
    return factor


def type_ia(wavelength: Spectrum, days: float) -> Spectrum:
    """A thermonuclear supernova `days` from maximum: silicon, sulphur, calcium, iron; slower and cooler with time."""
    speed = 11_000 - 60 * days
    silicon = float(np.clip(0.55 - 0.012 * max(days, 0), 0.08, 0.6))
    iron = float(np.clip(0.2 + 0.012 * days, 0.1, 0.6))
    lines = [
        Line(SI_II, speed, 2200, silicon, 0.12), Line(CA_HK, speed + 3000, 3200, 0.6, 0.3),
        Line(CA_TRIPLET, speed + 2000, 3500, 0.45, 0.25), Line(O_I, speed, 2500, 0.2, 0.08),
        *(Line(rest, speed - 1500, 1600, silicon * 0.45, 0.05) for rest in S_II),
        *(Line(rest, speed, 2200, iron, 0.12) for rest in FE_II),
    ]  # fmt: skip
    temperature = float(np.clip(13_000 - 170 * (days + 5), 5500, 15_000))
    return black_body(wavelength, temperature) * p_cygni(wavelength, lines)


def type_ii(wavelength: Spectrum, days: float) -> Spectrum:
    """A hydrogen-rich supernova `days` after its explosion: hot and blue first, then broad P Cygni lines."""
    speed = float(np.clip(11_000 * (days / 10) ** -0.35, 2500, 12_000))
    grown = float(np.clip(days / 25, 0.1, 1.0))
    lines = [
        Line(rest, speed, 2500, 0.45 * grown / order**0.5, 0.9 * grown / order**1.2)
        for order, rest in enumerate(BALMER, start=1)
    ]
    lines += [Line(HE_I, speed, 2300, 0.25 * (1 - grown), 0.2 * (1 - grown))]
    lines += [Line(NA_D, speed, 1800, 0.3 * grown, 0.2 * grown)]
    lines += [Line(rest, speed * 0.7, 1500, 0.3 * grown, 0.1 * grown) for rest in FE_II]
    lines += [Line(CA_TRIPLET, speed, 3000, 0.35 * grown, 0.45 * grown)]
    temperature = float(np.clip(15_000 * (max(days, 1.0) / 5) ** -0.45, 5200, 25_000))
    return black_body(wavelength, temperature) * p_cygni(wavelength, lines)


def type_iib(wavelength: Spectrum, days: float) -> Spectrum:
    """A stripped supernova: hydrogen that gives way to helium."""
    fading = float(np.clip(1 - days / 60, 0.1, 1.0))
    lines = [Line(rest, 11_500, 2600, 0.4 * fading, 0.4 * fading) for rest in BALMER[:2]]
    lines += [Line(rest, 7500, 1900, 0.4 * (1 - fading) + 0.1, 0.15) for rest in (HE_I, 6678.2, 7065.2)]
    lines += [Line(CA_TRIPLET, 9000, 3000, 0.3, 0.4), *(Line(rest, 8000, 2000, 0.3, 0.1) for rest in FE_II)]
    return black_body(wavelength, float(np.clip(9500 - 70 * days, 5200, 9500))) * p_cygni(wavelength, lines)


def type_ic_broad(wavelength: Spectrum, days: float) -> Spectrum:
    """A broad-lined stripped supernova: iron, silicon, oxygen and calcium at a tenth of the speed of light."""
    lines = [Line(rest, 24_000, 7000, 0.4, 0.15) for rest in (5050.0, SI_II)]
    lines += [Line(O_I, 20_000, 6000, 0.35, 0.3), Line(CA_TRIPLET, 22_000, 6500, 0.4, 0.5)]
    return black_body(wavelength, float(np.clip(8500 - 80 * days, 5000, 9000))) * p_cygni(wavelength, lines)


def kilonova(wavelength: Spectrum, days: float) -> Spectrum:
    """Merger debris that cools within days; strontium near 1 µm leaves a broad trough at the red end."""
    trough = Line(10_300.0, 60_000, 20_000, float(np.clip(0.1 * days, 0, 0.4)), 0.0)
    return black_body(wavelength, 5600 * max(days, 0.3) ** -0.5 + 1500) * p_cygni(wavelength, [trough])


def hot_transient(wavelength: Spectrum, days: float) -> Spectrum:
    """A tidal disruption or a fast blue transient: a hot continuum with shallow, very broad hydrogen and helium."""
    lines = [Line(rest, 0, 6000, 0.0, 0.25) for rest in (H_ALPHA, H_BETA, 4685.7)]
    return black_body(wavelength, float(np.clip(32_000 - 300 * days, 14_000, 32_000))) * p_cygni(wavelength, lines)


def seyfert(wavelength: Spectrum, redshift: float, broad_km_s: float = 2500.0) -> Spectrum:
    """An active nucleus with broad hydrogen and narrow forbidden lines on a blue power law."""
    rest = wavelength / (1 + redshift)
    flux = power_law(rest, -1.2)
    for order, line in enumerate(BALMER, start=1):
        flux = flux + 1.8 / order**1.3 * gaussian(rest, line, broad_km_s) + 0.8 / order**1.3 * gaussian(rest, line, 250)
    for line, strength in zip((*O_III, 3727.5, 6583.5, 6716.4, 6730.8), (0.8, 2.4, 0.5, 0.6, 0.3, 0.3), strict=True):
        flux = flux + strength * gaussian(rest, line, 220)
    return flux


def blazar(wavelength: Spectrum, index: float) -> Spectrum:
    """The bare synchrotron continuum of a jet."""
    return power_law(wavelength, index)


def star(wavelength: Spectrum, temperature: float) -> Spectrum:
    """A normal star: black body with the absorption lines of its temperature (Balmer, calcium, sodium, TiO)."""
    hot = float(np.exp(-(((temperature - 9500) / 3500) ** 2)))
    cool = float(np.clip((6500 - temperature) / 2500, 0, 1))
    lines = [Line(rest, 0, 500 + 500 * hot, 0.1 + 0.55 * hot) for rest in BALMER]
    lines += [Line(rest, 0, 400, 0.6 * float(np.clip(cool + 0.3, 0, 1))) for rest in (3933.7, 3968.5)]
    lines += [Line(rest, 0, 250, 0.15 + 0.4 * cool) for rest in (5167.3, 5172.7, 5183.6, 5889.9, 5895.9)]
    flux = black_body(wavelength, temperature) * p_cygni(wavelength, lines)
    bands = float(np.clip((3900 - temperature) / 900, 0, 1))
    for head in TIO:
        redward = np.where(wavelength >= head, np.exp(-(wavelength - head) / 110.0), 0.0)
        flux = flux * (1 - 0.6 * bands * redward)
    return flux


def emission_star(wavelength: Spectrum, temperature: float, strength: float) -> Spectrum:
    """A star with a disc or a wind: the star's light with hydrogen and helium in emission."""
    lines = [
        Line(rest, 0, 450, 0.0, strength / order**0.8) for order, rest in enumerate((*BALMER, HE_I, 4685.7), start=1)
    ]
    return star(wavelength, temperature) * p_cygni(wavelength, lines)


def recorded(flux: Spectrum, rng: np.random.Generator, signal_to_noise: float, scale: float) -> tuple[list, list]:
    """Flux and error as a spectrograph leaves them: noise, four digits; the median is `scale`."""
    flux = flux / np.median(flux)
    error = np.sqrt(np.clip(flux, 0.05, None)) / signal_to_noise
    noisy = flux + error * rng.standard_normal(len(flux))

    def rounded(numbers: Spectrum) -> list[float]:
        return [float(f"{number:.4g}") for number in numbers * scale]

    return rounded(noisy), rounded(error)
