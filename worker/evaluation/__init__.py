"""How good answers are: questions with known facts, and measures over the answers to them."""
