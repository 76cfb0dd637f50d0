"""Questions with known facts, and measures over the answers to them: how good answers are.

The commands that evaluate and the benches need them. Jobs use nothing of it but `abstains`.
"""
