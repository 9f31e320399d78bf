"""
Chest radiographs in MONAI: lung segmentation, radiomics and tuberculosis screening. Research use only.

Terms, as this project uses them:

- *film*: one frontal chest radiograph in one file.
- *lungs*: a label map of a film, 0 background, 1 the patient's right lung, 2 the left lung.
- *bundle*: a MONAI bundle, which holds a pipeline in JSON, its weights and its model card.
- *collection*: films with their masks and what is known about them.
- *site*: a hospital or programme whose films come from the same detectors and processing.
"""

import lazy_loader

__version__ = "0.1.0"

# Imported on first use: PyTorch and MONAI take seconds.
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
