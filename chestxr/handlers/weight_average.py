"""Moving average of a network's weights over the steps of its training."""

from ignite.engine import Engine, Events
from ignite.handlers import EMAHandler

__all__ = ["WeightAverage"]

# With it the average covers about the last tenth of the steps, until it covers 1 / momentum of them.
_STEPS = 9


class WeightAverage(EMAHandler):
    """
    Average a network's weights over the last steps of its training.

    Ignite's handler with a momentum that begins near 1, as in timm's ``ModelEmaV3``: also after a short training, or
    one that starts from other weights, the average is of the trained network and not of the initial one.

    Parameters
    ----------
    model : torch.nn.Module
        The network, or its wrapper for several devices.
    momentum : float, optional
        Weight of the newest step, in the long run.

    Attributes
    ----------
    ema_model : torch.nn.Module
        The network with averaged weights.
    """

    def __init__(self, model, momentum: float = 0.01) -> None:
        super().__init__(model, momentum)

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer."""
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._set_momentum)
        super().attach(engine)

    def _set_momentum(self, engine: Engine) -> None:
        engine.state.ema_momentum = max(self.momentum, _STEPS / (_STEPS + engine.state.iteration))
