"""The hand-written LSTM of the JAX backend equals Keras's own layer."""

import numpy as np
import pytest

from skseq import LSTMRegressor, make_windows

keras = pytest.importorskip("keras")
if keras.backend.backend() != "jax":
    pytest.skip("the fused layer exists for JAX only", allow_module_level=True)

import jax  # noqa: E402 - only where the backend is JAX

from skseq._keras.jax.fused_lstm import FusedLSTM  # noqa: E402 - needs JAX

SHAPES = {"one feature": (3, 5, 1), "one step": (4, 1, 2), "many features": (2, 6, 40)}


def _pair_of_layers(n_features, **arguments):
    """The same weights in Keras's layer and in the fused one; biases are not left at zero."""
    layers = [cls(4, **arguments) for cls in (keras.layers.LSTM, FusedLSTM)]
    for layer in layers:
        layer.build((None, None, n_features))
    random = np.random.default_rng(0)
    weights = [random.normal(size=weight.shape) for weight in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    return layers


def _outputs_and_gradients(layer, inputs, mask=None):
    """What comes out, and how its weighted sum depends on the inputs and on each weight."""

    def total(weights, inputs):
        outputs, _ = layer.stateless_call(weights, states, inputs, mask=mask)
        return (outputs * np.arange(1, 1 + outputs.size).reshape(outputs.shape)).sum(), outputs

    states = [variable.value for variable in layer.non_trainable_variables]
    weights = [variable.value for variable in layer.trainable_variables]
    # One program: op by op, JAX would compile dozens.
    gradients, outputs = jax.jit(jax.grad(total, argnums=(0, 1), has_aux=True))(weights, inputs)
    return [outputs, *gradients[0], gradients[1]]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
def test_outputs_and_all_gradients_equal_those_of_keras(shape, return_sequences, go_backwards):
    inputs = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    theirs, ours = (
        _outputs_and_gradients(layer, inputs)
        for layer in _pair_of_layers(
            shape[-1], return_sequences=return_sequences, go_backwards=go_backwards
        )
    )
    for expected, found in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(
    ("arguments", "mask"),
    [
        ({"activation": "relu"}, None),
        ({"recurrent_activation": "hard_sigmoid"}, None),
        ({"use_bias": False}, None),
        ({}, np.array([[False, True, True]] * 2)),
    ],
    ids=["activation", "gate activation", "no bias", "mask"],
)
def test_what_it_does_not_support_is_left_to_keras(arguments, mask):
    inputs = np.random.default_rng(1).normal(size=(2, 3, 2)).astype(np.float32)
    theirs, ours = (
        _outputs_and_gradients(layer, inputs, mask) for layer in _pair_of_layers(2, **arguments)
    )
    for expected, found in zip(theirs, ours, strict=True):
        np.testing.assert_array_equal(found, expected)


def test_the_model_handed_out_holds_layers_of_keras_only():
    X, y = make_windows(np.sin(np.arange(40.0)), n_steps=4)
    model = LSTMRegressor((3, 2), epochs=1, ridge_alpha=None, random_state=0).fit(X, y).model_
    modules = {type(layer).__module__.split(".")[0] for layer in model.layers}
    assert modules == {"keras"}
    assert [type(layer) for layer in model.layers].count(keras.layers.LSTM) == 2
