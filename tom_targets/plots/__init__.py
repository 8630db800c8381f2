"""Figures of targets."""

from tom_targets.plots.night import Look, moon_distance_plot, shown_span, visibility_plot
from tom_targets.plots.sky import mollweide, sky_distribution, sky_points

__all__ = [
    "Look", "mollweide", "moon_distance_plot", "shown_span", "sky_distribution", "sky_points", "visibility_plot",
]
