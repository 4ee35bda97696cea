"""What stands in a saved estimator: plain values, so that files outlive how skseq is built.

Small classes of skseq and labels of pandas are written as dicts of numbers, text and arrays. A
file then knows no private class, and opens in tools that load no unknown types (skops). What has
no plain form stays what it is: pickle saves it, skops asks whether to trust it.

pandas is never imported before there is something of pandas to read.
"""

import dataclasses
import importlib
import inspect
import sys

import numpy as np
from sklearn.base import BaseEstimator

from skseq._version import __version__

__all__ = ["SavableEstimator", "from_plain", "to_plain"]

_KIND = "skseq"
_FORMAT = 1


class SavableEstimator(BaseEstimator):
    """Base of estimators: what is learned is saved as plain values.

    ``_saved_classes`` lists the small classes that may stand in an attribute.
    """

    _saved_classes: tuple[type, ...] = ()

    def __getstate__(self):
        """Return parameters as they are, and what was learned in plain form."""
        parameters = inspect.signature(type(self)).parameters
        state = {
            name: value if name in parameters else to_plain(value, self._saved_classes)
            for name, value in dict(super().__getstate__()).items()
        }
        return state | {
            "_saved_by": __version__,
            "_format": _FORMAT,
        }

    def __setstate__(self, state):
        """Take a state back, or say which version wrote it."""
        state = dict(state)
        version, form = state.pop("_saved_by", "an early version"), state.pop("_format", _FORMAT)
        parameters = inspect.signature(type(self)).parameters
        try:
            if form != _FORMAT:
                raise ValueError(f"it is of format {form}, not {_FORMAT}")
            learned = {
                name: from_plain(value, self._saved_classes)
                for name, value in state.items()
                if name not in parameters
            }
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"This {type(self).__name__} was saved by skseq {version} and cannot be read by "
                f"skseq {__version__}: {error}. Load it with skseq {version}, or fit it again."
            ) from error
        # A parameter that is younger than the file does by default what was done without it.
        defaults = {name: parameter.default for name, parameter in parameters.items()}
        self.__dict__.update(defaults | state | learned)


def to_plain(value, classes=()):
    """Write a value with dicts, lists, numbers, text and arrays, as far as it can be.

    Parameters
    ----------
    value : object
    classes : tuple of dataclass
        Written as their fields.

    Returns
    -------
    object
        Arrays are not copied.

    Examples
    --------
    >>> to_plain({None: (1, 2)})
    {'skseq': 'dict', 'keys': [None], 'values': [(1, 2)]}
    """
    if type(value) in classes:
        fields = {
            field.name: to_plain(getattr(value, field.name), classes)
            for field in dataclasses.fields(value)
        }
        return {_KIND: type(value).__name__, **fields}
    if type(value) in (list, tuple):
        return type(value)(to_plain(item, classes) for item in value)
    if type(value) is dict:
        values = [to_plain(item, classes) for item in value.values()]
        if all(type(key) is str for key in value) and _KIND not in value:
            return dict(zip(value, values, strict=True))
        return {_KIND: "dict", "keys": to_plain(list(value), classes), "values": values}
    pandas = sys.modules.get("pandas")
    return value if pandas is None else _label_to_plain(value, pandas)


def from_plain(value, classes=()):
    """Undo ``to_plain``.

    Examples
    --------
    >>> from_plain(to_plain({None: (1, 2)}))
    {None: (1, 2)}
    """
    if type(value) in (list, tuple):
        return type(value)(from_plain(item, classes) for item in value)
    if type(value) is not dict:
        return value
    kind = value.get(_KIND)
    content = {key: from_plain(item, classes) for key, item in value.items() if key != _KIND}
    if kind is None:
        return content
    if kind == "dict":
        return dict(zip(content["keys"], content["values"], strict=True))
    if kind in _LABELS_FROM_PLAIN:
        return _LABELS_FROM_PLAIN[kind](content, importlib.import_module("pandas"))
    return {known.__name__: known for known in classes}[kind](**content)


def _label_to_plain(value, pandas):
    """Write an index, a label or an offset of pandas; what does not come back equal, stays."""
    plain = value
    if isinstance(value, pandas.Index):
        plain = _index_to_plain(value, pandas)
    elif isinstance(value, (pandas.Timestamp, pandas.Timedelta, pandas.Period)):
        plain = _index_to_plain(pandas.Index([value]), pandas) | {_KIND: "label"}
    elif isinstance(value, pandas.offsets.BaseOffset):
        plain = _offset_to_plain(value)
    if plain is value:
        return value
    try:
        again = from_plain(plain)
        is_same = again.equals(value) if isinstance(value, pandas.Index) else again == value
        is_equal = is_same and str(getattr(again, "tz", None)) == str(getattr(value, "tz", None))
    except (AttributeError, KeyError, TypeError, ValueError):
        is_equal = False
    return plain if is_equal else value


def _index_to_plain(index, pandas):
    plain = {_KIND: "index", "name": index.name}
    if isinstance(index, pandas.PeriodIndex):
        return plain | {"values": index.asi8.copy(), "freq": index.freqstr}
    if isinstance(index, pandas.DatetimeIndex):
        naive = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)
        return plain | {
            "values": naive.to_numpy(),
            "tz": None if index.tz is None else str(index.tz),
        }
    return plain | {"values": index.to_numpy()}


def _index_from_plain(plain, pandas):
    values, name = plain["values"], plain["name"]
    if "freq" in plain:
        return pandas.PeriodIndex.from_ordinals(values, freq=plain["freq"], name=name)
    index = pandas.Index(values, name=name)
    return index if plain.get("tz") is None else index.tz_localize("UTC").tz_convert(plain["tz"])


def _offset_to_plain(offset):
    kwds = {
        name: [str(day) for day in value] if name == "holidays" else value
        for name, value in offset.kwds.items()
        # The calendar is made of the weekmask and the holidays; a shift by no time is the default.
        if name != "calendar" and not (name == "offset" and not value)
    }
    return {
        _KIND: "offset",
        "class": type(offset).__name__,
        "n": int(offset.n),
        "normalize": bool(offset.normalize),
        "kwds": kwds,
    }


def _offset_from_plain(plain, pandas):
    kwds = dict(plain["kwds"])
    if "holidays" in kwds:
        kwds["holidays"] = [np.datetime64(day) for day in kwds["holidays"]]
    if not {"weekday", "month", "startingMonth"}.isdisjoint(kwds):
        kwds = {name: value for name, value in kwds.items() if value is not None}
    make = getattr(pandas.offsets, plain["class"])
    # A file from a stranger may name anything.
    if not (isinstance(make, type) and issubclass(make, pandas.offsets.BaseOffset)):
        raise ValueError(f"{plain['class']!r} is no offset of pandas")
    return make(plain["n"], plain["normalize"], **kwds)


_LABELS_FROM_PLAIN = {
    "index": _index_from_plain,
    "label": lambda plain, pandas: _index_from_plain(plain, pandas)[0],
    "offset": _offset_from_plain,
}
