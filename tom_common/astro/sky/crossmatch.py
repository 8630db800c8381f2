"""Which rows of two lists of positions lie together. Degrees in, arcsec out."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tom_common.astro.sky.healpix import CELL_DEG, ORDER, PAD_DEG, healpix_array
from tom_common.astro.sky.sphere import separation


class Matches(NamedTuple):
    """Pairs of rows: `first[i]` of the first list lies `separation_arcsec[i]` from `second[i]` of the second."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    separation_arcsec: NDArray[np.float64]


def crossmatch(
    ra1: ArrayLike, dec1: ArrayLike, ra2: ArrayLike, dec2: ArrayLike, radius_arcsec: float, *, chunk: int = 1_000_000,
) -> Matches:
    """All pairs within `radius_arcsec`, ordered by first row, then nearest first.

    Rows without a position (NaN) match nothing. Beside the lists and the answer it holds some `chunk` candidates.
    """
    if not 0 <= radius_arcsec <= 648_000:
        raise ValueError(f"A match radius runs from 0 to 648000 arcsec, found {radius_arcsec}.")
    ra1, dec1, ra2, dec2 = (np.atleast_1d(np.asarray(values, float)) for values in (ra1, dec1, ra2, dec2))
    found = list(_pairs(ra1, dec1, ra2, dec2, radius_arcsec / 3600, chunk))
    first, second, distance = (
        (np.concatenate(column) for column in zip(*found, strict=True)) if found
        else (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    )
    order = np.lexsort((second, distance, first))
    return Matches(first[order], second[order], distance[order] * 3600)


def _pairs(ra1, dec1, ra2, dec2, radius: float, chunk: int) -> Iterator[tuple[NDArray, NDArray, NDArray]]:
    """Candidates share a cell or are in neighbouring ones; cells twice as wide as the radius make that sure."""
    order = min(math.floor(math.log2(CELL_DEG / (2 * (radius + PAD_DEG)))), ORDER) if radius < 29 else -1
    rows1 = np.flatnonzero(np.isfinite(ra1) & (np.abs(dec1) <= 90))
    rows2 = np.flatnonzero(np.isfinite(ra2) & (np.abs(dec2) <= 90))
    if not len(rows1) or not len(rows2):
        return
    if order < 0:
        cells2 = np.zeros(len(rows2), np.int64)
    else:
        cells2 = healpix_array(ra2[rows2], dec2[rows2], order)
        by_cell = np.argsort(cells2, kind="stable")
        rows2, cells2 = rows2[by_cell], cells2[by_cell]
    step = max(chunk // 50, 1)
    for start in range(0, len(rows1), step):
        some = rows1[start:start + step]
        around = np.zeros((len(some), 1), np.int64) if order < 0 else _around(ra1[some], dec1[some], order)
        low = np.searchsorted(cells2, around.ravel(), "left")
        counts = np.where(around.ravel() < 0, 0, np.searchsorted(cells2, around.ravel(), "right") - low)
        owner = np.repeat(some, around.shape[1])
        for left, right in _expanded(owner, low, counts, chunk):
            second = rows2[right]
            distance = separation(ra1[left], dec1[left], ra2[second], dec2[second])
            near = distance <= radius
            yield left[near], second[near], distance[near]


def _around(ra: NDArray, dec: NDArray, order: int) -> NDArray[np.int64]:
    """Each position's cell and its neighbours, shape (n, 9); -1 where a corner has none."""
    from cdshealpix.nested import neighbours

    return neighbours(healpix_array(ra, dec, order).astype(np.uint64), order).astype(np.int64)


def _expanded(owner, low, counts, chunk: int) -> Iterator[tuple[NDArray, NDArray]]:
    """Runs of `counts[i]` rows from `low[i]` on, as pairs (owner, row), some `chunk` pairs at a time."""
    total = np.cumsum(counts)
    done = 0
    while done < (total[-1] if len(total) else 0):
        upto = min(done + chunk, int(total[-1]))
        first, last = np.searchsorted(total, [done, upto - 1], "right")
        runs = slice(first, last + 1)
        starts = np.maximum(total[runs] - counts[runs], done)
        lengths = np.minimum(total[runs], upto) - starts
        offsets = starts - (total[runs] - counts[runs])
        within = np.arange(upto - done) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        yield np.repeat(owner[runs], lengths), np.repeat(low[runs] + offsets, lengths) + within
        done = upto
