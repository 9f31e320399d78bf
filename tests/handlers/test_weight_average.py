"""The average follows the trained network from the first steps, and smooths it later."""

import pytest
import torch
from ignite.engine import Engine

from chestxr.handlers import WeightAverage


def _trained(steps: int, momentum: float) -> tuple[float, float]:
    """Return the weight after training in which it equals the number of the step, and its average."""
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(network.weight, 1000.0)
    average = WeightAverage(network, momentum)

    def step(engine: Engine, _: int) -> None:
        torch.nn.init.constant_(network.weight, float(engine.state.iteration))

    trainer = Engine(step)
    average.attach(trainer)
    trainer.run(range(steps))
    return network.weight.item(), average.ema_model.weight.item()


def test_initial_weights_are_forgotten_within_a_few_steps():
    last, average = _trained(12, 0.01)
    assert last == 12 and 10 < average < 12


def test_a_long_training_is_averaged_over_as_many_steps_as_the_momentum_says():
    last, average = _trained(4000, 0.01)
    assert last - average == pytest.approx(1 / 0.01 - 1, rel=0.01)
