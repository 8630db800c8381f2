"""Simulated light curves and spectra for the targets of the demo TOM. The same every time, and said to be simulated."""

from typing import Any
from zlib import crc32

from tom_dataproducts.canonical import SPECTROSCOPY
from tom_dataproducts.measurements import IngestReport, ingest
from tom_targets.models import Target

SOURCE = "Simulated (demo)"
#: Å, first and last pixel, pixel size
GRID = (3600.0, 9200.0, 8.0)
FLUX_UNIT, WAVELENGTH_UNIT = "erg / (Angstrom s cm2)", "Angstrom"


def make_data() -> str:
    """Add what is not there yet. Targets that the demo does not know, or that are gone, are passed over."""
    from tom_dataproducts.demo_recipes import spectrum_epochs, with_recipe  # heavy: numpy

    total, with_data = IngestReport(), 0
    for target in Target.objects.filter(name__in=with_recipe()).order_by("pk"):
        rows, spectra = simulated_rows(target), _spectra(target.name, spectrum_epochs(target.name))
        with_data += 1
        _add(total, ingest(target, rows, source_name=SOURCE))
        _add(total, ingest(target, spectra, source_name=SOURCE, data_type=SPECTROSCOPY))
    return f"Simulated data of {with_data} targets: {total}"


def _add(total: IngestReport, report: IngestReport) -> None:
    total.inserted += report.inserted
    total.unchanged += report.unchanged
    total.refused += report.refused


def _generator(name: str) -> Any:
    """A random generator that is the same for the same name."""
    import numpy as np  # heavy

    return np.random.default_rng(crc32(name.encode()))


def simulated_rows(target: Target) -> list[dict]:
    """The light curve of a target as rows for `ingest`; none for one that has no recipe."""
    from tom_dataproducts import demo_recipes  # heavy: numpy

    name, rng = target.name, _generator(target.name)
    recipe = demo_recipes.light_curve_recipes().get(name)
    if recipe:
        return recipe(rng)
    moving = {
        **dict.fromkeys(demo_recipes.ROTATIONS, demo_recipes.rotating_body),
        **dict.fromkeys(demo_recipes.PASSAGES, demo_recipes.passing_comet),
    }
    if name not in moving or target.type != Target.NON_SIDEREAL:
        return []
    from tom_common.astro.orbits import OrbitalElements, ephemeris  # heavy: astropy

    elements = OrbitalElements.from_target(target)
    return moving[name](rng, name, lambda mjd: ephemeris(elements, mjd))


def _spectra(name: str, epochs: Any) -> list[dict]:
    import numpy as np  # heavy

    from tom_dataproducts.simulated_spectra import recorded

    rng = _generator(f"{name} spectra")
    wavelength = np.arange(*GRID)
    rows = []
    for mjd, flux_of in epochs:
        flux, error = recorded(flux_of(wavelength), rng, 35.0, 1e-15)
        value = {
            "wavelength": wavelength.tolist(), "wavelength_units": WAVELENGTH_UNIT,
            "flux": flux, "flux_error": error, "flux_units": FLUX_UNIT,
        }  # fmt: skip
        rows.append({"mjd": round(float(mjd), 4), "value": value})
    return rows
