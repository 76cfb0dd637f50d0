"""From ranked chunks to an answer: contexts, prompts."""
