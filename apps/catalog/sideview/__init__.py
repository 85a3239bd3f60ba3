"""A car's side view as an inline SVG, drawn by our own code from its body type and real dimensions."""

from apps.catalog.sideview.drawing import Dimensions, side_view

__all__ = ["Dimensions", "side_view"]
