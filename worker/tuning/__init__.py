"""Models that learn from a person: tastes in closed form, embedders by training; the proof."""
