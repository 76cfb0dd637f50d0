"""Commands of the terminal beside the jobs, and what all commands print."""
