"""Validation loss, comparable with the training loss."""

from collections.abc import Callable, Sequence

import torch
from ignite.engine import Engine, Events
from ignite.metrics import Average
from ignite.metrics.metric import MetricUsage
from monai.engines import IterationEvents
from monai.transforms import Compose, Transform

from chestxr.inferers.tensor_inferer import plain

__all__ = ["ValidationLoss"]

# Before post-processing turns the network's logits into masks.
_ON_LOGITS = MetricUsage(Events.EPOCH_STARTED, Events.EPOCH_COMPLETED, IterationEvents.FORWARD_COMPLETED)


class ValidationLoss(Average):
    """
    Average the training loss over validation films, from logits and soft labels at the network's size.

    Parameters
    ----------
    loss : callable
        The loss that the trainer minimises.
    label_transforms : sequence of monai.transforms.Transform
        Convert a label map (1, W, H) to the training label, in items with ``image`` and ``label``.
    """

    def __init__(
        self, loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], label_transforms: Sequence[Transform]
    ) -> None:
        super().__init__()
        self.loss = loss
        self.to_soft_label = Compose(label_transforms)

    def attach(self, engine: Engine, name: str) -> None:
        """Attach to the evaluator, whose batches contain ``image`` and ``label``."""
        super().attach(engine, name, _ON_LOGITS)

    @torch.no_grad()
    def iteration_completed(self, engine: Engine) -> None:
        """Add the films of the predicted batch."""
        output = engine.state.output
        for image, label, logits in zip(output["image"], output["label"], output["pred"], strict=True):
            soft_label = self.to_soft_label({"image": plain(image), "label": plain(label)})["label"]
            self.update(self.loss(plain(logits)[None].float(), soft_label[None]).mean())
