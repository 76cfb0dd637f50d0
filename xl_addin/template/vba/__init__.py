"""The macros of the template: their sources, and the project that Excel finds them in."""
