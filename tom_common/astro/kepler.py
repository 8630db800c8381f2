"""Kepler's problem for every conic at once, by universal variables: no seam at the parabola.

With q the perihelion distance, alpha = (1 - e)/q and s the universal anomaly since perihelion (sqrt(a) E for an
ellipse), time, place and speed are smooth functions of s through Stumpff's c2 and c3 of z = alpha s^2
(Danby, Fundamentals of Celestial Mechanics, 6.9). Units: au, days.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

GAUSS = 0.01720209895
_TOLERANCE = 4e-15
# Above |z| = 1 the closed forms lose nothing; below it ten terms reach the last bit.
_SERIES_BELOW = 1.0


def stumpff(z: NDArray) -> tuple[NDArray, NDArray]:
    """c2 = (1 - cos sqrt z)/z and c3 = (sqrt z - sin sqrt z)/sqrt z^3, and their likes for z <= 0."""
    root = np.sqrt(np.abs(z))
    small = np.abs(z) < _SERIES_BELOW
    safe = np.where(small, 1.0, root)
    half = safe / 2
    with np.errstate(over="ignore"):
        positive = z > 0
        c2 = 2 * np.where(positive, np.sin(half), np.sinh(half)) ** 2 / safe**2
        c3 = np.where(positive, safe - np.sin(safe), np.sinh(safe) - safe) / safe**3
    series2, series3 = np.zeros_like(z), np.zeros_like(z)
    # Horner, from the last term: c_k = 1/k! (1 - z/((k+1)(k+2)) (1 - z/((k+3)(k+4)) (…)))
    close = np.where(small, z, 0.0)
    for term in range(10, -1, -1):
        series2 = 1 - close / ((2 * term + 3) * (2 * term + 4)) * series2 if term < 10 else np.ones_like(z)
        series3 = 1 - close / ((2 * term + 4) * (2 * term + 5)) * series3 if term < 10 else np.ones_like(z)
    return np.where(small, series2 / 2, c2), np.where(small, series3 / 6, c3)


def universal_anomaly(q: NDArray, eccentricity: NDArray, days: NDArray) -> NDArray:
    """s at `days` since perihelion; an ellipse is followed from the nearest perihelion. Arrays of one shape."""
    alpha = (1 - eccentricity) / q
    elliptic = alpha > 0
    axis = 1 / np.where(elliptic, alpha, 1.0)
    period = 2 * np.pi / GAUSS * axis**1.5
    reduced = np.where(elliptic, days - np.round(days / period) * period, days)
    goal = GAUSS * np.abs(reduced)
    # The root of the parabola's cubic e s^3/6 + q s = goal is below the root for ellipses, above it for hyperbolas.
    cubic = _cubic_root(q, eccentricity, goal)
    low = np.where(elliptic, cubic * (1 - 1e-12), 0.0)
    high = np.where(elliptic, np.pi * np.sqrt(axis) * (1 + 1e-12), cubic * (1 + 1e-12))
    s = _start(alpha, eccentricity, goal, cubic)
    s = np.clip(s, low, high)
    for _ in range(80):
        z = alpha * s * s
        c2, c3 = stumpff(z)
        excess = (eccentricity * s * s * c3 + q) * s - goal
        slope = q + eccentricity * s * s * c2
        low, high = np.where(excess < 0, s, low), np.where(excess > 0, s, high)
        newton = s - excess / slope
        # Newton where it stays between the bounds, else halve them: it cannot run away.
        better = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        done = np.abs(better - s) <= _TOLERANCE * np.abs(s)
        s = better
        if done.all():
            break
    return np.copysign(s, reduced)


def _start(alpha: NDArray, eccentricity: NDArray, goal: NDArray, cubic: NDArray) -> NDArray:
    """A first guess: the cubic's root, but for a hyperbola far out, where s grows as a logarithm only."""
    hyperbolic = alpha < 0
    root = np.sqrt(np.where(hyperbolic, -alpha, 1.0))
    mean = goal * root**3
    far = np.arcsinh((mean + np.where(hyperbolic, 1.0, 0.0)) / np.maximum(eccentricity, 1e-9)) / root
    return np.where(hyperbolic, np.minimum(cubic, np.where(mean > 1, far, cubic)), cubic)


def _cubic_root(q: NDArray, eccentricity: NDArray, goal: NDArray) -> NDArray:
    """The one real root of e s^3/6 + q s = goal (Barker's equation when e is 1), by the hyperbolic sine."""
    e = np.maximum(eccentricity, 1e-12)
    scale = np.sqrt(2 * q / e)
    return 2 * scale * np.sinh(np.arcsinh(3 * goal / (2 * q * scale)) / 3)


def perifocal_state(
    q: ArrayLike, eccentricity: ArrayLike, days: ArrayLike,
) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Position (x to perihelion, y ahead of it; au) and velocity (au/day) at `days` since perihelion."""
    q, eccentricity, days = np.broadcast_arrays(*(np.asarray(values, float) for values in (q, eccentricity, days)))
    s = universal_anomaly(q, eccentricity, days)
    alpha = (1 - eccentricity) / q
    z = alpha * s * s
    c2, c3 = stumpff(z)
    c1, across = 1 - z * c3, np.sqrt(q * (1 + eccentricity))
    x, y = q - s * s * c2, across * s * c1
    r = q + eccentricity * s * s * c2
    return x, y, -GAUSS / r * s * c1, GAUSS * across / r * (1 - z * c2)
