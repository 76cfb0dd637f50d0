"""How jobs reach a worker: in the same process, so far."""
