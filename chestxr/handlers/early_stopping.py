"""Early stopping that is exact in resumed runs."""

import logging

from ignite.engine import Engine, Events

__all__ = ["ResumableEarlyStopping"]

logger = logging.getLogger(__name__)


class ResumableEarlyStopping:
    """
    Stop training once the evaluator's key metric has not improved for a number of epochs.

    Unlike Ignite's ``EarlyStopping`` it has no counter of its own but uses the evaluator's best and latest epoch, so a
    resumed run stops where an uninterrupted one would. Training stops right after a validation, never between two.

    Parameters
    ----------
    epochs : int
        Epochs without improvement after which to stop.
    evaluator : ignite.engine.Engine
        The validation engine.
    """

    def __init__(self, epochs: int, evaluator: Engine) -> None:
        self.epochs = epochs
        self.evaluator = evaluator

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer."""
        trainer.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, trainer: Engine) -> None:
        """Stop training if the latest validated epoch is too long after the best one."""
        best_epoch, validated = self.evaluator.state.best_metric_epoch, self.evaluator.state.epoch
        if best_epoch > 0 and validated - best_epoch >= self.epochs:
            logger.info("no improvement since epoch %d: stopping after epoch %d", best_epoch, trainer.state.epoch - 1)
            trainer.terminate()
