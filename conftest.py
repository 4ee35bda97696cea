"""Doctests of modules that are for JAX alone are collected where JAX is installed."""

import importlib.util

FOR_JAX = ["compilation_cache.py", "fused_lstm.py", "jax_programs.py"]

collect_ignore = []
if importlib.util.find_spec("jax") is None:
    collect_ignore += [f"skseq/_keras/{name}" for name in FOR_JAX]
