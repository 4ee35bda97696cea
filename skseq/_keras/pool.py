"""What was compiled or built for a network, kept for the next call that needs the same."""

import threading
from collections import OrderedDict

__all__ = ["Pool"]

_MOST_KEPT = 32


class Pool:
    """The things used last, bounded in number; several threads may ask at the same time.

    Not ``functools.lru_cache``: two threads that ask for the same would both make it, and a key
    must not hold the Keras objects from which a thing is made.

    Examples
    --------
    >>> pool = Pool()
    >>> pool.get("a", lambda: "made"), pool.get("a", lambda: "made again")
    ('made', 'made')
    """

    def __init__(self):
        self._kept: OrderedDict = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key, make):
        """Return what is kept under a key, or make and keep it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]
