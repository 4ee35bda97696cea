"""JAX's cache of compiled programs on disk, so that other processes need not compile again.

``SKSEQ_CACHE_DIR`` names the folder; set to nothing it switches the cache off. A cache that the
user has set up in JAX is left alone. JAX needs ``filelock`` to keep the folder bounded (the extra
``skseq[jax]`` brings it); without it there is no cache.
"""

import hashlib
import importlib.util
import os
import platform
from pathlib import Path

import jax

__all__ = ["cache_folder", "share_compiled_programs"]

_LARGEST_BYTES = 512 * 2**20


def share_compiled_programs() -> None:
    """Point JAX at the folder of compiled programs, unless it has one."""
    folder = cache_folder(os.environ)
    if importlib.util.find_spec("filelock") is None:
        return
    if folder is None or _folder_in_use() is not None:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_compilation_cache_max_size", _LARGEST_BYTES)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)


def cache_folder(environ) -> Path | None:
    """Decide on the folder: one for each version of JAX and kind of processor.

    A program compiled for one processor may not run on another that shares the home folder.
    """
    named = environ.get("SKSEQ_CACHE_DIR")
    if named == "":
        return None
    home = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    root = Path(named) if named else home / "skseq"
    processor = hashlib.sha256(_processor().encode()).hexdigest()[:12]
    return root / f"jax-{jax.__version__}-{processor}"


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    described = ("model name", "flags", "Features", "CPU implementer", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(described)}))


def _folder_in_use():
    return jax.config.values["jax_compilation_cache_dir"]
