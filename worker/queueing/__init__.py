"""How jobs reach a worker: in this process, in a process of this machine, or over a broker."""
