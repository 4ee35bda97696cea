"""The name under which a public class or function is pickled, documented and shown."""

import sys

__all__ = ["public"]


def public(thing):
    """Decorate a class or function of the public interface: its module is then ``skseq``.

    Pickles then hold ``skseq.LSTMRegressor`` and the like, so that private files may move.
    """
    # Doctests are looked up by module: this is where those of the class are found instead.
    vars(sys.modules[thing.__module__]).setdefault("__test__", {})[thing.__name__] = thing
    thing.__module__ = "skseq"
    return thing
