"""What a user's loss or metric computes, as a key: two fits share a program only if it is equal.

A function is more than its name: it reads globals, defaults and the variables around it. A compiled
program has read them once, so a program is shared only while none of them has changed.
"""

import types
from functools import partial

__all__ = ["fingerprint"]

_PLAIN = (bool, int, float, complex, bytes, type(None), type(...))


def fingerprint(thing):
    """Give a hashable key that is equal for things that compute the same.

    Names, and what Keras itself defines, are their own keys. A function or class of the user's is
    read: its code, its defaults, and the values of the variables that it uses. What may change
    without notice (an array, a list, any other object) equals nothing, not even itself later on.

    Examples
    --------
    >>> fingerprint("mse")
    'mse'
    >>> same = [fingerprint(lambda t, f: (t - f) ** 2) for _ in range(2)]
    >>> same[0] == same[1]
    True
    >>> fingerprint([1]) == fingerprint([1])
    False
    """
    return _key_of(thing, ())


def _key_of(thing, within):
    if isinstance(thing, str | types.ModuleType | types.BuiltinFunctionType) or _is_of_keras(thing):
        return thing
    if isinstance(thing, _PLAIN):
        return type(thing), thing
    if isinstance(thing, tuple):
        return tuple(_key_of(item, within) for item in thing)
    if any(thing is outer for outer in within):
        return "itself"
    if isinstance(thing, partial):
        return "partial", _key_of((thing.func, thing.args, *sorted(thing.keywords.items())), within)
    if isinstance(thing, types.FunctionType):
        return _key_of_function(thing, (*within, thing))
    if isinstance(thing, type):
        return _key_of_class(thing, (*within, thing))
    if _is_of_keras(type(thing)) and hasattr(thing, "get_config"):
        return type(thing), repr(thing.get_config())
    return _EqualToNothing()


def _is_of_keras(thing):
    module = getattr(thing, "__module__", None) or ""
    is_defined = isinstance(thing, type | types.FunctionType)
    return is_defined and module.partition(".")[0] in ("keras", "builtins")


def _key_of_function(function, within):
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    names = _names_read_by(function.__code__)
    read = [(name, function.__globals__[name]) for name in names if name in function.__globals__]
    values = (function.__defaults__, tuple(sorted((function.__kwdefaults__ or {}).items())))
    return (
        _key_of_code(function.__code__),
        _key_of(values, within),
        tuple(_key_of(value, within) for value in cells),
        tuple((name, _key_of(value, within)) for name, value in read),
    )


def _key_of_code(code):
    constants = tuple(
        _key_of_code(each) if isinstance(each, types.CodeType) else (type(each), each)
        for each in code.co_consts
    )
    return code.co_code, code.co_names, code.co_freevars, constants


def _names_read_by(code):
    """Names of globals, or attributes, that the code and the functions inside it use, in order."""
    inside = [each for each in code.co_consts if isinstance(each, types.CodeType)]
    return sorted({*code.co_names, *(name for each in inside for name in _names_read_by(each))})


def _key_of_class(cls, within):
    return tuple(
        (name, _key_of(value, within))
        for base in cls.__mro__
        if not _is_of_keras(base)
        for name, value in sorted(vars(base).items())
        if not name.startswith("__") or name in ("__init__", "__call__")
    )


class _EqualToNothing:
    """Not even to itself: a key that is never found again."""

    def __eq__(self, other):
        return False

    __hash__ = object.__hash__
