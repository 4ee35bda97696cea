"""What runs on PyTorch alone: epochs and predictions through its own LSTM kernels.

``training._make_trainer`` and ``prediction._make_forward`` choose it when
``backend.fast_paths_are_on()`` and ``forward.is_supported`` say so; everything else stays with
Keras's own loops.
"""
