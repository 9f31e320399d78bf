"""Validate during training."""

from ignite.engine import Engine, Events
from monai.handlers import ValidationHandler

__all__ = ["EpochValidation"]


class EpochValidation(ValidationHandler):
    """
    Validate at an interval of epochs, like MONAI's handler, and also after the last epoch.

    Even a short run then ends with a validation and saves weights.

    Parameters
    ----------
    interval : int
        Validate after every epoch that is a multiple of this.
    validator : monai.engines.Evaluator
        The validation engine.
    """

    def attach(self, engine: Engine) -> None:
        """Attach to the trainer, before the handlers that save validation results."""
        super().attach(engine)
        engine.add_event_handler(Events.EPOCH_COMPLETED(event_filter=self._is_extra), self)

    def _is_extra(self, engine: Engine, epoch: int) -> bool:
        return epoch == engine.state.max_epochs and epoch % self.interval != 0
