"""The ways of a job to a worker: in this process, to one of this machine, or over a broker."""
