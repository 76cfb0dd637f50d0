"""The long-running side of BONSAI: retrieval, POV scoring, inference and the jobs around them."""

__version__ = "0.1.0"
