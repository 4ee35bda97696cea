"""What runs on JAX alone: compiled epochs and predictions, and the folder of programs."""
