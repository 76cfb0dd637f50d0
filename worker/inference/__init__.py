"""Language models: the protocol in `base`, engines in files that end in `load`, what they share."""
