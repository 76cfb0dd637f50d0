"""Scores: how strongly chunks touch points of view, by cosines, backdrop and mode; heatmaps."""
