"""Active learning: choose the next film to label."""

import time

from monailabel.interfaces.datastore import Datastore
from monailabel.interfaces.tasks.strategy import Strategy

__all__ = ["MostUncertain"]

_AGAIN_AFTER_S = 24 * 60 * 60


class MostUncertain(Strategy):
    """
    Choose the film with the highest uncertainty that was not handed out within a day.

    Films are scored by ``POST /scoring/uncertainty``; films without a score come last.
    """

    def __init__(self) -> None:
        super().__init__("The film with the highest uncertainty")

    def __call__(self, request: dict, datastore: Datastore) -> dict | None:
        """Return a film without a label."""
        waiting = {image: datastore.get_image_info(image) for image in sorted(datastore.get_unlabeled_images())}
        if not waiting:
            return None
        now = time.time()

        def handed_out(info: dict) -> bool:
            return now - info.get("strategy", {}).get(request["strategy"], {}).get("ts", 0) < _AGAIN_AFTER_S

        chosen = min(waiting, key=lambda image: (handed_out(waiting[image]), -waiting[image].get("uncertainty", -1.0)))
        return {"id": chosen, "uncertainty": waiting[chosen].get("uncertainty")}
