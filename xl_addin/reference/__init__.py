"""The pages of docs/ that the code tells of itself."""
