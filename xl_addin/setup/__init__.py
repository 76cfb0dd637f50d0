"""What a set-up writes outside the environment, and how all of it is taken back."""
