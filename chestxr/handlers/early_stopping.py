"""Stop a training run that no longer gets better."""

import logging

from ignite.engine import Engine, Events

__all__ = ["ResumableEarlyStopping"]

logger = logging.getLogger(__name__)


class ResumableEarlyStopping:
    """
    Stop training once the evaluator's key metric has not improved for a number of epochs.

    Unlike Ignite's ``EarlyStopping`` it keeps no count of its own, only the evaluator's best and latest epoch: a
    resumed run stops where an uninterrupted one would. Training stops right after a validation, never between two.

    Parameters
    ----------
    epochs : int
        Epochs without improvement after which to stop.
    evaluator : ignite.engine.Engine
        The validation engine, which knows both.
    """

    def __init__(self, epochs: int, evaluator: Engine) -> None:
        self.epochs = epochs
        self.evaluator = evaluator

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer."""
        trainer.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, trainer: Engine) -> None:
        """Stop before an epoch that comes too long after the best one."""
        best_epoch, validated = self.evaluator.state.best_metric_epoch, self.evaluator.state.epoch
        if best_epoch > 0 and validated - best_epoch >= self.epochs:
            logger.info("no improvement since epoch %d: stopping after epoch %d", best_epoch, trainer.state.epoch - 1)
            trainer.terminate()
