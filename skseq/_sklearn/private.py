"""The one door to names that scikit-learn keeps private.

Whatever scikit-learn may move between releases is imported here and nowhere else.
"""

from numbers import Integral

from sklearn.model_selection._split import GroupsConsumerMixin
from sklearn.utils import _param_validation
from sklearn.utils import _safe_indexing as safe_indexing
from sklearn.utils._param_validation import HasMethods, StrOptions
from sklearn.utils.validation import _check_feature_names_in as check_feature_names_in
from sklearn.utils.validation import _check_method_params as check_method_params
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "POSITIVE_INT",
    "GroupsConsumerMixin",
    "HasMethods",
    "Interval",
    "StrOptions",
    "check_feature_names_in",
    "check_method_params",
    "check_sample_weight",
    "remember_set_output",
    "safe_indexing",
]


class Interval(_param_validation.Interval):
    """An interval of numbers, of which True and False are none: ``epochs=True`` is a slip."""

    def is_satisfied_by(self, val):
        """Tell whether a value is a number inside."""
        return not isinstance(val, bool) and super().is_satisfied_by(val)


POSITIVE_INT = Interval(Integral, 1, None, closed="left")


def remember_set_output(transformer, transform: str) -> None:
    """Record a ``set_output`` choice on a transformer that does not offer it at the moment."""
    transformer._sklearn_output_config = {
        **getattr(transformer, "_sklearn_output_config", {}),
        "transform": transform,
    }
