"""Plain text, and the encodings in which text is written."""
