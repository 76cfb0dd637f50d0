"""Models by name: the kinds there are, and the weights that come without a hub."""
