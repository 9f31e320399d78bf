"""Mean training loss of an epoch."""

from ignite.engine import Engine
from ignite.metrics import Average
from monai.handlers import from_engine

__all__ = ["TrainingLoss"]


class TrainingLoss:
    """Average the loss over the batches of an epoch and over all processes, as the trainer's metric ``train_loss``."""

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer, before the handlers that print its metrics."""
        Average(from_engine("loss", first=True)).attach(trainer, "train_loss")
