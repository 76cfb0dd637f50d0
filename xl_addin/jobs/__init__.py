"""Each kind of job as a person meets it: how it is asked for, and where its results go."""
