"""Reads recorded answers of JPL Horizons, which stay outside the project."""

from tests.recorded import RECORDED

HORIZONS = RECORDED / "jpl_horizons"


def table(name: str) -> list[dict[str, str]]:
    """The rows between $$SOE and $$EOE, by their column's name."""
    text = (HORIZONS / name).read_text()
    header = next(line for line in text.splitlines() if "JDTDB," in line or "JDUT," in line)
    names = [column.strip() for column in header.split(",")]
    rows = text.split("$$SOE")[1].split("$$EOE")[0].strip().splitlines()
    return [dict(zip(names, (cell.strip() for cell in row.split(",")), strict=False)) for row in rows]
