"""Texts in another language: what translates them, and what is compared mechanically afterwards."""
