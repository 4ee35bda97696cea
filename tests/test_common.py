"""LSTMRegressor against the checks that scikit-learn runs on every estimator."""

import pytest
from sklearn.base import is_regressor
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skseq import LSTMRegressor

EXPECTED_FAILED_CHECKS = {
    "check_sample_weight_equivalence_on_dense_data": (
        "mini-batches of weighted rows are not those of repeated rows; scikit-learn expects the "
        "same of its own mini-batch SGD. With one full batch they agree, see test_regressor"
    ),
}

# Enough training for the check that asks for a coefficient of determination above 0.5.
FAST = LSTMRegressor(units=8, epochs=50, learning_rate=0.02, random_state=0)


@parametrize_with_checks([FAST], expected_failed_checks=lambda estimator: EXPECTED_FAILED_CHECKS)
def test_the_regressor_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


def test_a_check_expected_to_fail_exists_and_would_be_noticed_if_it_passed(pytestconfig):
    names = {check.func.__name__ for _, check in estimator_checks_generator(FAST)}
    assert set(EXPECTED_FAILED_CHECKS) <= names
    # scikit-learn leaves it to pytest's configuration whether an unexpected pass is a failure.
    assert pytestconfig.getini("xfail_strict") is True


def test_the_regressor_is_a_regressor_of_windows_with_missing_steps():
    tags = FAST.__sklearn_tags__()
    assert is_regressor(FAST)
    assert tags.input_tags.two_d_array
    assert tags.input_tags.three_d_array
    assert tags.input_tags.allow_nan
    assert tags.target_tags.multi_output


def test_parameters_are_a_closed_list_with_documented_defaults():
    assert LSTMRegressor().get_params() == {
        "units": 50,
        "horizon": 1,
        "n_estimators": 1,
        "n_features": 1,
        "bidirectional": False,
        "activation": "tanh",
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
        "dense_units": (),
        "normalize": "window",
        "target_features": "auto",
        "ridge_alpha": 1.0,
        "segment_length": "auto",
        "share_channels": "auto",
        "loss": "mse",
        "optimizer": "adam",
        "learning_rate": 0.002,
        "ema_momentum": 0.99,
        "epochs": "auto",
        "batch_size": "auto",
        "early_stopping": "auto",
        "validation_fraction": "auto",
        "n_iter_no_change": 10,
        "callbacks": None,
        "keras_params": None,
        "quantiles": None,
        "max_missing": 0.0,
        "warm_start": False,
        "random_state": None,
        "verbose": 0,
    }
    with pytest.raises(TypeError, match="unexpected keyword argument 'unit'"):
        LSTMRegressor(unit=50)
    with pytest.raises(ValueError, match="Invalid parameter 'unit' for estimator LSTMRegressor"):
        LSTMRegressor().set_params(unit=50)


def test_get_params_shows_no_attribute_that_a_user_has_set():
    regressor = LSTMRegressor()
    regressor.note = "for the meeting"
    assert "note" not in regressor.get_params()
