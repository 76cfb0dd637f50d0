"""Question–answer data sets: passages chosen, split by file, filtered, audited, exported."""
