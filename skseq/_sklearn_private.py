"""The one door to names that scikit-learn keeps private.

Whatever scikit-learn may move between releases is imported here and nowhere else.
"""

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

__all__ = ["HasMethods", "Interval", "StrOptions", "remember_set_output"]


def remember_set_output(transformer, transform: str) -> None:
    """Record a ``set_output`` choice on a transformer that does not offer it at the moment."""
    transformer._sklearn_output_config = {
        **getattr(transformer, "_sklearn_output_config", {}),
        "transform": transform,
    }
