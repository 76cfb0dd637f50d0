"""From ranked chunks to an answer: contexts, prompts, the evidence gate, and checks of answers."""
