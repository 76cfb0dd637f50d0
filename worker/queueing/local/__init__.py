"""Jobs of one machine: a table of jobs in SQLite, and the process that works through it."""
