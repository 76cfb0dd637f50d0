"""Language models: one protocol, one engine a file."""
