"""What runs on JAX alone: compiled epochs and predictions, and the folder of programs.

``training._make_trainer`` and ``prediction._make_forward`` choose it when
``backend.fast_paths_are_on()``. The fast paths of another backend go in a folder next to this one.
"""
