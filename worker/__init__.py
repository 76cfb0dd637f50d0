"""The long-running side of BONSAI: retrieval, POV scoring, inference and the jobs around them."""

import os

__version__ = "0.2.0"

# Whoever imports huggingface_hub first: it tells a hub of its use unless this stands by then.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
