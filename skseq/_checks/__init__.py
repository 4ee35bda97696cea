"""What is refused and what is warned of."""
