"""From files to chunks: reading, splitting, ids."""
