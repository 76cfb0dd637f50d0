"""Question–answer pairs as the files that others read, one format a file."""
