"""Models of a hub: their names, what of them is kept on this machine, and how it gets here."""
