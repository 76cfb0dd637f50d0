"""From ranked chunks to an answer: contexts, prompts, the evidence gate, citations and quotes."""
