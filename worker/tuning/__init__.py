"""Models that learn from a person: tastes from labels, embedders from pairs."""
