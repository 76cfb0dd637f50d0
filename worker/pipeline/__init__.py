"""The order of steps of each job; alone knows retrieval, scoring, inference and answering."""
