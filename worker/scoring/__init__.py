"""How strongly chunks touch points of view: cosines, corpus statistics, score modes, heatmaps."""
