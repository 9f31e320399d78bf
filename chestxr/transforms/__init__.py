"""Transforms for chest films that MONAI does not provide, with MONAI's names and conventions."""

import lazy_loader

from chestxr.utils.deprecated import old_names

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__getattr__ = old_names(
    __name__,
    {
        "CleanLungs": "chestxr.transforms:KeepLungComponents",
        "CleanLungsd": "chestxr.transforms:KeepLungComponentsd",
        "MostProbabled": "chestxr.transforms:ArgMaxd",
        "PlainCompose": "chestxr.transforms:UntrackedCompose",
    },
    __getattr__,
)
