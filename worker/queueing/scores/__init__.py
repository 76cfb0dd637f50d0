"""Scores for worksheet formulas: cached, batched, answered within seconds."""
