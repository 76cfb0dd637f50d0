"""Jobs on a Redis server: who asks, who works, and what is kept of a run there."""
