"""Seed every epoch from the run's seed and the epoch number."""

from ignite.distributed import get_rank
from ignite.engine import Engine, Events
from monai.data.utils import set_rnd
from monai.utils import set_determinism
from torch.utils.data import Dataset

__all__ = ["EpochSeed"]

# A prime far above any number of epochs and transforms.
_BETWEEN_PROCESSES = 1_000_003


class EpochSeed:
    """
    Seed shuffling and augmentation at the start of every epoch.

    Two runs with the same seed then train identically, and so does a run that was killed and resumed.

    Parameters
    ----------
    seed : int
        The run's seed. Epoch ``e`` is seeded with ``seed + e``; each further process of a distributed run has different
        seeds, so that no two augment alike.
    dataset : torch.utils.data.Dataset
        The training data, whose random transforms are seeded.
    """

    def __init__(self, seed: int, dataset: Dataset) -> None:
        self.seed = seed
        self.dataset = dataset

    def attach(self, trainer: Engine) -> None:
        """Attach to the trainer."""
        trainer.add_event_handler(Events.EPOCH_STARTED, self)

    def __call__(self, trainer: Engine) -> None:
        """Seed the epoch that starts."""
        seed = self.seed + trainer.state.epoch + _BETWEEN_PROCESSES * get_rank()
        set_determinism(seed)
        set_rnd(self.dataset, seed)
