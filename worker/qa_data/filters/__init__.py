"""Filters of question–answer pairs, one a file; each names itself and says why it rejects."""
