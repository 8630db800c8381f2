"""Which simulated light curve and spectra each object of the demo TOM gets.

Dates, magnitudes at maximum, decline rates and periods are those published for the object; the curves are the templates
of `simulations` and `simulated_spectra`. A recipe takes a seeded random generator and returns rows for `ingest`.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np

from tom_dataproducts import simulated_spectra as spectra
from tom_dataproducts import simulations as sim

Rng = np.random.Generator
Recipe = Callable[[Rng], list[dict]]
VEGA, AB = "mag(Vega)", "mag(AB)"
JD_TO_MJD = -2_400_000.5

#: name -> MJD of B maximum, B at maximum, dm15(B), the shift of V, R and I
TYPE_IA = {
    "SN 1994D": (49432.0, 11.89, 1.31, (0.0, 0.0, 0.2)),
    "SN 2005cf": (53533.7, 13.63, 1.07, (0.0, 0.05, 0.3)),
    "SN 2011fe": (55814.5, 9.94, 1.18, (0.0, 0.0, 0.3)),
    "SN 2012fr": (56242.6, 12.02, 0.85, (0.05, 0.1, 0.45)),
    "LSQ12gdj": (56252.5, 15.93, 0.74, (0.0, 0.05, 0.35)),
    "SN 2013dy": (56501.1, 13.28, 0.92, (-0.2, -0.25, 0.0)),
    "SN 2014J": (56689.7, 11.85, 1.08, (-1.24, -1.70, -1.95)),
    "ASASSN-14lp": (57015.3, 12.40, 0.80, (-0.3, -0.4, -0.3)),
    "SN 2017cbv": (57841.1, 11.79, 0.88, (-0.05, 0.0, 0.35)),
    "SN 2019ein": (58618.2, 14.00, 1.36, (-0.05, 0.0, 0.2)),
    "SN 2021aefx": (59546.5, 11.98, 0.90, (-0.1, -0.1, 0.2)),
}
#: name -> MJD of explosion, plateau length, drop, {band: (magnitude in the middle of the plateau, mag/day)}
TYPE_IIP = {
    "SN 2012aw": (56002.6, 115, 2.1, {"B": (14.6, 0.012), "V": (13.4, 0.002), "R": (13.0, 0.0), "I": (12.7, -0.001)}),
    "SN 2017eaw": (57886.0, 117, 1.8, {"B": (14.2, 0.013), "V": (12.9, 0.003), "R": (12.4, 0.001), "I": (12.0, 0.0)}),
    "SN 2023ixf": (60082.75, 82, 2.0, {"B": (12.6, 0.027), "V": (11.7, 0.014), "r": (11.4, 0.010), "i": (11.4, 0.008)}),
    "SN 2024ggi": (60410.8, 110, 2.0, {"B": (13.0, 0.020), "V": (12.1, 0.010), "r": (11.8, 0.006), "i": (11.8, 0.005)}),
}
#: name -> MJD of day 0, tail in mag/day, {band: (day, magnitude), …}
ANCHORED: dict[str, tuple[float, float, dict[str, list[tuple[float, float]]]]] = {
    "SN 1987A": (46849.3, 0.0098, {
        "V": [(1.1, 4.81), (5, 4.41), (20, 4.20), (40, 3.77), (60, 3.24), (80, 2.98), (90, 2.97), (100, 3.14),
              (110, 3.6), (120, 4.3), (140, 4.62)],
        "B": [(1.1, 4.9), (5, 5.1), (20, 5.75), (40, 5.3), (60, 4.8), (80, 4.55), (90, 4.55), (100, 4.75),
              (110, 5.2), (120, 5.8), (140, 6.05)],
        "I": [(1.1, 4.4), (5, 3.8), (20, 3.25), (40, 2.75), (60, 2.2), (80, 1.85), (90, 1.85), (100, 2.0),
              (110, 2.4), (120, 3.0), (140, 3.35)],
    }),
    "SN 1993J": (49074.0, 0.017, {
        "B": [(1, 11.2), (2.5, 10.9), (9, 12.5), (19, 11.5), (30, 12.9), (40, 13.3), (70, 13.8)],
        "V": [(1, 11.1), (2.5, 10.75), (9, 12.0), (21, 10.85), (30, 11.6), (40, 12.1), (70, 12.8)],
        "R": [(1, 11.0), (2.5, 10.6), (9, 11.6), (21, 10.5), (30, 11.0), (40, 11.5), (70, 12.2)],
    }),
    "SN 2011dh": (55712.5, 0.018, {
        "B": [(1.5, 15.1), (4, 14.9), (20, 13.35), (35, 14.9), (60, 15.5)],
        "V": [(1.5, 14.9), (4, 14.5), (20.6, 12.6), (35, 13.7), (60, 14.4)],
        "R": [(1.5, 14.6), (4, 14.2), (21.5, 12.25), (35, 13.0), (60, 13.7)],
    }),
    "SN 1998bw": (50928.9, 0.017, {
        "B": [(1, 16.5), (4, 15.3), (14.5, 14.1), (25, 15.2), (40, 16.4)],
        "V": [(1, 16.1), (4, 15.0), (16.2, 13.75), (25, 14.2), (40, 15.2)],
        "I": [(1, 15.9), (4, 14.9), (17.5, 13.55), (25, 13.8), (40, 14.5)],
    }),
    "AT 2017gfo": (57982.53, 0.6, {
        "g": [(0.45, 17.3), (1.45, 18.6), (2.45, 20.1), (3.5, 21.1)],
        "r": [(0.45, 17.1), (1.45, 17.9), (2.45, 19.1), (3.5, 19.9), (5.5, 21.3)],
        "i": [(0.45, 17.0), (1.45, 17.6), (2.45, 18.4), (3.5, 19.0), (5.5, 20.2), (8.5, 21.8)],
        "z": [(0.45, 16.9), (1.45, 17.4), (2.45, 17.9), (3.5, 18.3), (5.5, 19.2), (8.5, 20.9)],
    }),
}  # fmt: skip
#: name -> mean magnitude in g, colours, time it takes to forget (days), scatter (mag)
NUCLEI = {
    "3C 273": (12.9, {"g": 0.0, "r": -0.2, "i": -0.25}, 300, 0.10),
    "3C 279": (16.6, {"g": 0.0, "r": -0.4, "i": -0.7}, 60, 0.70),
    "Mrk 421": (13.2, {"g": 0.0, "r": -0.3, "i": -0.5}, 120, 0.35),
    "BL Lac": (14.6, {"g": 0.0, "r": -0.6, "i": -1.0}, 40, 0.55),
    "OJ 287": (15.3, {"g": 0.0, "r": -0.4, "i": -0.7}, 80, 0.40),
    "NGC 4151": (11.6, {"g": 0.0, "r": -0.5, "i": -0.8}, 250, 0.18),
    "NGC 5548": (13.9, {"g": 0.0, "r": -0.6, "i": -0.9}, 180, 0.15),
}
#: name -> rotation period (hours), amplitude (mag)
ROTATIONS = {
    "Ceres": (9.074170, 0.05), "Pallas": (7.8132214, 0.12), "Vesta": (5.34212766, 0.12), "Psyche": (4.196, 0.25),
    "Eros": (5.27, 0.7), "Didymos": (2.26, 0.08), "Apophis": (30.4, 0.8),
}  # fmt: skip
#: name -> first and last day (MJD) of a comet's passage
PASSAGES = {"67P/Churyumov-Gerasimenko": (59350.0, 59750.0), "C/2017 K2": (59500.0, 60200.0)}
SURVEY = (60400.0, 61200.0)


def _supernova_ia(rng: Rng, maximum: float, peak: float, dm15: float, shifts: tuple[float, float, float]) -> list[dict]:
    rows = []
    for band, shift in zip("BVRI", (0.0, *shifts), strict=True):
        mjd = sim.nights(rng, maximum - 28, maximum + 110, 2.2)
        magnitude = sim.type_ia(mjd - maximum, band, peak + shift, dm15)
        rows += sim.observed(mjd, magnitude, band, VEGA, rng, deepest=19.3)
    return rows


def _supernova_iip(rng: Rng, explosion: float, length: float, drop: float, bands: dict) -> list[dict]:
    rows = []
    for band, (plateau, slope) in bands.items():
        mjd = sim.nights(rng, explosion - 14, explosion + 220, 2.5)
        magnitude = sim.type_iip(mjd - explosion, plateau, length, slope, drop)
        rows += sim.observed(mjd, magnitude, band, AB if band in "gri" else VEGA, rng, deepest=19.5)
    return rows


def _anchored(rng: Rng, start: float, tail: float, bands: dict) -> list[dict]:
    rows = []
    last = max(anchors[-1][0] for anchors in bands.values())
    gap = 0.5 if last < 20 else 2.0
    for band, anchors in bands.items():
        mjd = sim.nights(rng, start - 6 * gap, start + last * 1.6 + 5, gap)
        magnitude = sim.anchored(mjd - start, anchors, tail)
        unit, deepest = AB if band in "griz" else VEGA, 22.0 if gap < 1 else 12.5 if anchors[0][1] < 6 else 20.0
        rows += sim.observed(mjd, magnitude, band, unit, rng, deepest=deepest)
    return rows


def _powered(rng: Rng, start: float, peak_day: float, index: float, bands: dict[str, float], last: float) -> list[dict]:
    rows = []
    for band, peak in bands.items():
        mjd = sim.nights(rng, start - 0.1 * last, start + last, last / 60)
        magnitude = sim.power_law(mjd - start, peak, peak_day, index)
        rows += sim.observed(mjd, magnitude, band, AB, rng, deepest=20.3)
    return rows


def _nucleus(rng: Rng, mean: float, bands: dict[str, float], tau: float, sigma: float) -> list[dict]:
    mjd = sim.nights(rng, *SURVEY, 4.0)
    reference = mean + sim.damped_random_walk(mjd, rng, tau, sigma)
    rows = []
    for band, magnitude in sim.colours(reference, bands).items():
        rows += sim.observed(mjd, magnitude, band, AB, rng, deepest=20.0, floor=0.02)
    return rows


def _variable(
    curve: Callable[[np.ndarray], np.ndarray], bands: dict[str, float], rng: Rng, gap: float = 3.0,
    span: tuple[float, float] = SURVEY, floor: float = 0.015,
) -> list[dict]:  # fmt: skip
    """A star that does the same in all bands but for a colour."""
    rows = []
    for band, colour in bands.items():
        mjd = sim.nights(rng, *span, gap)
        rows += sim.observed(mjd, curve(mjd) + colour, band, VEGA, rng, deepest=18.5, floor=floor)
    return rows


def _bursts(rng: Rng) -> list[dict]:
    """SS Cyg: an outburst every 49.5 days in the mean."""
    gaps = np.clip(rng.normal(49.5, 12.0, 40), 20, 110)
    outbursts = SURVEY[0] - 30 + np.cumsum(gaps)
    quiet = partial(sim.dwarf_nova, outbursts=outbursts, quiet=11.9, outburst=8.4)
    return _variable(quiet, {"V": 0.0, "B": 0.35}, rng, gap=1.5, floor=0.06)


def _nova_rs_oph(mjd: np.ndarray) -> np.ndarray:
    """The outburst of 2021-08-08: 2.6 mag a decade of days, back to 11.3 after three months."""
    days = mjd - 59434.9
    burst = 4.6 + 2.6 * np.log10(np.clip(days, 1.0, None)) + 0.03 * np.clip(days - 75, 0, None)
    return np.where(days < 0, 11.3, np.minimum(burst, 11.3))


def _fading_r_crb(mjd: np.ndarray) -> np.ndarray:
    pulsation = 0.08 * np.cos(2 * np.pi * mjd / 40.0)
    return 5.9 + pulsation + sim.dust_fading(mjd - 60700, 6.5, 9.0, 60.0)


def _betelgeuse(mjd: np.ndarray) -> np.ndarray:
    """Two cycles and the fading of February 2020."""
    slow, fast = np.cos(2 * np.pi * (mjd - 58000) / 2100), np.cos(2 * np.pi * (mjd - 58100) / 400)
    return 0.55 + 0.12 * slow + 0.12 * fast + 0.85 * np.exp(-(((mjd - 58891) / 45) ** 2))


def _t_crb(mjd: np.ndarray) -> np.ndarray:
    phase = 2 * np.pi * (mjd - 47918.12) / 227.5687
    return 9.95 + 0.14 * np.cos(2 * phase)


def _transits(
    rng: Rng, epoch_jd: float, period: float, outside: float, depth: float, duration: float, band: str
) -> list[dict]:
    """One night with a transit in the middle, a point every two minutes."""
    epoch = epoch_jd + JD_TO_MJD
    middle = epoch + np.ceil((SURVEY[0] - epoch) / period) * period
    mjd = np.arange(middle - duration, middle + duration, 2 / 1440)
    magnitude = sim.transit(mjd - epoch, period, outside, depth, duration)
    return sim.observed(mjd, magnitude, band, VEGA, rng, deepest=20.0, floor=0.0012)


def _since(epoch_jd: float, curve: Callable[..., np.ndarray], **parameters: Any) -> Callable[[np.ndarray], np.ndarray]:
    """A periodic curve counted from a published epoch (JD)."""
    return lambda mjd: curve(mjd - (epoch_jd + JD_TO_MJD), **parameters)


VARIABLES: dict[str, Recipe] = {
    "Mira": lambda rng: _variable(
        _since(2444839.0, sim.mira, period=331.96, brightest=3.4, faintest=9.2), {"V": 0.0, "I": -3.2}, rng, 5.0
    ),
    "R Cas": lambda rng: _variable(
        _since(2444463.0, sim.mira, period=430.46, brightest=7.0, faintest=12.6), {"V": 0.0, "I": -3.9}, rng, 5.0
    ),
    "del Cep": lambda rng: _variable(
        _since(2436075.445, sim.pulsator, period=5.366270, mean=3.95, amplitude=0.85, series=sim.CEPHEID),
        {"V": 0.0, "B": 0.66}, rng, 2.0,
    ),
    "Polaris": lambda rng: _variable(
        _since(2431495.813, sim.pulsator, period=3.9696, mean=1.98, amplitude=0.06, series=()), {"V": 0.0}, rng, 2.0,
        floor=0.004,
    ),
    "RR Lyr": lambda rng: _variable(
        _since(2442995.405, sim.pulsator, period=0.56686776, mean=7.75, amplitude=0.9, series=sim.RR_LYRAE),
        {"V": 0.0, "B": 0.32}, rng, 1.3,
    ),
    "Algol": lambda rng: _variable(
        _since(2445641.5135, sim.eclipses, period=2.8673043, outside=2.12, depth=1.27, secondary=0.06, width=0.14),
        {"V": 0.0}, rng, 0.35, (60400.0, 60520.0),
    ),
    "W UMa": lambda rng: _variable(
        _since(2445765.7385, sim.contact_binary, period=0.33363749, mean=8.05, amplitude=0.73),
        {"V": 0.0, "B": 0.66}, rng, 0.6, (60400.0, 60520.0),
    ),
    "SS Cyg": _bursts,
    "T CrB": lambda rng: _variable(_t_crb, {"V": 0.0, "B": 1.35}, rng, floor=0.04),
    "RS Oph": lambda rng: _variable(_nova_rs_oph, {"V": 0.0, "I": -1.0}, rng, 1.5, (59400.0, 59620.0), 0.06),
    "R CrB": lambda rng: _variable(_fading_r_crb, {"V": 0.0, "B": 0.6}, rng, 3.0, (60550.0, 61200.0)),
    "Betelgeuse": lambda rng: _variable(_betelgeuse, {"V": 0.0}, rng, 7.0, (58200.0, 60400.0), 0.02),
    "HD 209458": lambda rng: _transits(rng, 2452826.628521, 3.52474859, 7.65, 0.0150, 0.128, "V"),
    "HD 189733": lambda rng: _transits(rng, 2454279.436714, 2.21857567, 7.67, 0.0241, 0.076, "V"),
    "WASP-12": lambda rng: _transits(rng, 2456305.455521, 1.09141965, 11.57, 0.0143, 0.125, "R"),
    "TRAPPIST-1": lambda rng: _transits(rng, 2457322.51531, 1.51088, 14.02, 0.0073, 0.025, "I"),
}  # fmt: skip


def light_curve_recipes() -> dict[str, Recipe]:
    """name -> recipe, of all objects whose light curve needs nothing but its name."""
    recipes: dict[str, Recipe] = dict(VARIABLES)
    recipes |= {name: partial(_supernova_ia, maximum=day, peak=peak, dm15=dm15, shifts=shifts)
                for name, (day, peak, dm15, shifts) in TYPE_IA.items()}  # fmt: skip
    recipes |= {name: partial(_supernova_iip, explosion=day, length=length, drop=drop, bands=bands)
                for name, (day, length, drop, bands) in TYPE_IIP.items()}  # fmt: skip
    recipes |= {name: partial(_anchored, start=day, tail=tail, bands=bands)
                for name, (day, tail, bands) in ANCHORED.items()}  # fmt: skip
    recipes |= {name: partial(_nucleus, mean=mean, bands=bands, tau=tau, sigma=sigma)
                for name, (mean, bands, tau, sigma) in NUCLEI.items()}  # fmt: skip
    recipes["AT 2018cow"] = partial(
        _powered, start=58284.8, peak_day=2.5, index=2.2, bands={"g": 13.6, "r": 13.9, "i": 14.1}, last=45
    )
    recipes["ASASSN-14li"] = partial(
        _powered, start=56935.0, peak_day=30, index=5 / 3, bands={"uvw2": 14.6, "u": 15.4, "B": 16.2}, last=240
    )
    return recipes


def with_recipe() -> set[str]:
    """The names of all objects that get a light curve or a spectrum."""
    return {*light_curve_recipes(), *ROTATIONS, *PASSAGES, *TYPE_IA, *TYPE_IIP, *SPECTRA}


def rotating_body(rng: Rng, name: str, ephemeris: Callable[[np.ndarray], Any]) -> list[dict]:
    """V of a small body whose elements predict magnitude and elongation, seen by night; three visits a night."""
    period_hours, amplitude = ROTATIONS[name]
    first = sim.nights(rng, *SURVEY, 9.0)
    mjd = np.sort((first[:, None] + np.array([0.0, 0.04, 0.09])).ravel())
    predicted = ephemeris(mjd)
    up = (predicted.elongation_deg > 70) & np.isfinite(predicted.magnitude)
    spin = amplitude / 2 * np.cos(4 * np.pi * mjd * 24 / period_hours)
    return sim.observed(mjd[up], (predicted.magnitude + spin)[up], "V", VEGA, rng, deepest=20.5, floor=0.02)


def passing_comet(rng: Rng, name: str, ephemeris: Callable[[np.ndarray], Any]) -> list[dict]:
    """The total magnitude of a comet through its perihelion, by the M1, k1 of its elements."""
    mjd = sim.nights(rng, *PASSAGES[name], 4.0)
    predicted = ephemeris(mjd)
    up = (predicted.elongation_deg > 45) & np.isfinite(predicted.magnitude)
    return sim.observed(mjd[up], predicted.magnitude[up], "V", VEGA, rng, deepest=19.0, floor=0.1)


def spectrum_epochs(name: str) -> Iterable[tuple[float, Callable[[np.ndarray], np.ndarray]]]:
    """(MJD, flux of wavelength) of the spectra of one object."""
    if name in TYPE_IA:
        day = TYPE_IA[name][0]
        return [(day + phase, partial(spectra.type_ia, days=phase)) for phase in (-9.0, 0.0, 14.0, 40.0)]
    if name in TYPE_IIP:
        day = TYPE_IIP[name][0]
        return [(day + phase, partial(spectra.type_ii, days=phase)) for phase in (4.0, 18.0, 50.0, 95.0)]
    return SPECTRA.get(name, ())


def _phases(day: float, phases: Iterable[float], model: Callable[..., np.ndarray]) -> list:
    return [(day + phase, partial(model, days=phase)) for phase in phases]


def _once(mjd: float, model: Callable[..., np.ndarray], **parameters: float) -> list:
    return [(mjd, partial(model, **parameters))]


SPECTRA: dict[str, list] = {
    "SN 1987A": _phases(46849.3, (5.0, 40.0, 110.0), spectra.type_ii),
    "SN 1993J": _phases(49074.0, (6.0, 25.0, 55.0), spectra.type_iib),
    "SN 2011dh": _phases(55712.5, (5.0, 20.0, 50.0), spectra.type_iib),
    "SN 1998bw": _phases(50928.9, (9.0, 20.0, 40.0), spectra.type_ic_broad),
    "AT 2017gfo": _phases(57982.53, (0.5, 1.5, 2.5, 4.5), spectra.kilonova),
    "AT 2018cow": _phases(58284.8, (4.0, 15.0), spectra.hot_transient),
    "ASASSN-14li": _phases(56983.0, (0.0, 60.0), spectra.hot_transient),
    "3C 273": _once(60820.3, spectra.seyfert, redshift=0.15834, broad_km_s=1600),
    "NGC 4151": _once(60805.4, spectra.seyfert, redshift=0.00332, broad_km_s=2400),
    "NGC 5548": _once(60811.2, spectra.seyfert, redshift=0.01717, broad_km_s=2200),
    "Mrk 421": _once(60760.1, spectra.blazar, index=-1.0),
    "BL Lac": _once(60900.2, spectra.blazar, index=-0.4),
    "Mira": _once(60930.3, spectra.star, temperature=3000),
    "Betelgeuse": _once(58899.8, spectra.star, temperature=3600),
    "del Cep": _once(60941.9, spectra.star, temperature=6000),
    "RR Lyr": _once(60838.2, spectra.star, temperature=6800),
    "51 Peg": _once(60955.0, spectra.star, temperature=5790),
    "HD 189733": _once(60902.9, spectra.star, temperature=5050),
    "Proxima Cen": _once(60775.3, spectra.star, temperature=2900),
    "SS Cyg": _once(60870.2, spectra.emission_star, temperature=5200, strength=1.2),
    "T CrB": _once(60840.0, spectra.emission_star, temperature=3600, strength=1.6),
}
