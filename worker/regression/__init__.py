"""Ratings explained by what texts say: ridge regression on vectors, honestly and as it was."""
