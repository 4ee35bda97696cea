"""The folder of compiled programs: JAX's cache on disk, so that other processes need not compile.

It is set up when Keras is imported on JAX: before training, and also in a process that only loads
a model and predicts.

``SKSEQ_CACHE_DIR`` names the folder; set to nothing it switches the cache off. A cache that the
user has set up in JAX is left alone. JAX needs ``filelock`` to keep the folder bounded (the extra
``skseq[jax]`` brings it); without it, or without a folder to write to, there is no cache.

JAX writes each entry in place: the program as ``KEY-cache``, then the time of its last use as
``KEY-atime``. A process killed in between leaves an entry that every later one would stumble over,
so the folder is mended before it is used.
"""

import hashlib
import importlib
import importlib.util
import os
import platform
import zlib
from pathlib import Path

import jax

__all__ = ["cache_folder", "mend", "share_compiled_programs"]

_LARGEST_BYTES = 512 * 2**20
# As long as JAX itself waits for its lock.
_SECONDS_TO_WAIT = 10
# Between the clocks of the machines that may share a folder.
_SECONDS_APART = 60
_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def share_compiled_programs() -> None:
    """Point JAX at the folder of compiled programs, unless it has one."""
    folder = cache_folder(os.environ)
    if importlib.util.find_spec("filelock") is None:
        return
    if folder is None or _folder_in_use() is not None:
        return
    try:
        mend(folder)
    except OSError:
        # A home that cannot be written to: what is compiled is kept in memory.
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


def mend(folder: Path) -> None:
    """Make the folder, and remove the entries that a killed process has left unfinished.

    An entry without its time was not finished. One that another process looked at in this state
    has got a time, so that programs written since the folder was last mended are also read
    through. JAX's own lock is held meanwhile; a killed process holds none, for the system lets go
    of it. When others keep it too long, they mend nothing, and the next start does.

    Raises
    ------
    OSError
        When the folder cannot be written to.
    """
    filelock = importlib.import_module("filelock")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with filelock.FileLock(folder / ".lockfile", timeout=_SECONDS_TO_WAIT):
            _remove_unfinished(folder)
    except filelock.Timeout:
        return


def _remove_unfinished(folder):
    mended = folder / ".mended"
    last = mended.stat().st_mtime - _SECONDS_APART if mended.exists() else 0.0
    with os.scandir(folder) as entries:
        found = {entry.name: entry for entry in entries}
    for name, entry in found.items():
        key, _, part = name.rpartition("-")
        if part == "atime" and f"{key}-cache" not in found:
            os.unlink(entry)
        elif part == "cache" and f"{key}-atime" not in found:
            os.unlink(entry)
        elif part == "cache" and entry.stat().st_mtime > last:
            if not _is_whole(Path(entry).read_bytes()):
                os.unlink(entry)
                os.unlink(found[f"{key}-atime"])
    mended.touch()


def _is_whole(program: bytes) -> bool:
    """Whether what was compressed comes to an end, and is what its checksum says."""
    if program.startswith(_ZSTANDARD):
        # JAX writes these where it finds the library, and elsewhere does not look for them.
        if importlib.util.find_spec("zstandard") is None:
            return True
        zstandard = importlib.import_module("zstandard")
        read, broken = zstandard.ZstdDecompressor().decompress, zstandard.ZstdError
    else:
        read, broken = zlib.decompress, zlib.error
    try:
        read(program)
    except broken:
        return False
    return True


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    described = ("model name", "flags", "Features", "CPU implementer", "CPU part")
    return "\n".join(sorted({line for line in lines if line.startswith(described)}))


def _folder_in_use():
    return jax.config.values["jax_compilation_cache_dir"]
