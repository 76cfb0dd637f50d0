"""Questions with known facts, and measures over the answers to them: how good answers are.

No job of the worker needs them; the commands that evaluate and the benches do.
"""
