"""DICOM Grayscale Softcopy Presentation State (GSPS) of the contours of the lungs."""

from collections.abc import Iterator

import highdicom as hd
import numpy as np
from pydicom.dataset import Dataset
from skimage.measure import approximate_polygon, find_contours

from chestxr.utils.provenance import Algorithm
from chestxr.utils.silence import silence_libraries

from .header import copy_patient_and_study, strip_patient_and_study
from .segmentation import LUNG_CODES, LUNG_COLOURS, MANUFACTURER, RESEARCH_USE, stored_labels
from .uid import DEFAULT_UID_ROOT, result_uid

__all__ = ["lung_presentation"]

_SERIES_NUMBER = 9003
# Pixels between a contour and its polygon, at most.
_TOLERANCE = 0.5
_NOTE = "NOTE"
# Left, top, right and bottom of the note, in parts of the displayed area.
_NOTE_BOX = (0.02, 0.95, 0.98, 0.99)


def lung_presentation(
    header: Dataset,
    labels: np.ndarray,
    algorithm: Algorithm,
    reoriented: str = "",
    uid_root: str = DEFAULT_UID_ROOT,
) -> hd.pr.GrayscaleSoftcopyPresentationState:
    """
    Build a presentation state (DICOM PS3.3, A.33.1) that draws the contours of the lungs on the film.

    It serves viewers that show no segmentation on a film. Grey values are displayed as the film's header says. Each
    lung has a graphic layer in its colour.

    Parameters
    ----------
    header : pydicom.Dataset
        The film's header, as returned by :py:func:`read_header`.
    labels : numpy.ndarray, shape (W, H), integer
        Label map of the upright film: 0 background, 1 right lung, 2 left lung.
    algorithm : Algorithm
        The algorithm that segmented the lungs.
    reoriented : str, optional
        Steps that turned the film upright, as in its metadata.
    uid_root : str, optional
        Prefix of new UIDs.

    Returns
    -------
    highdicom.pr.GrayscaleSoftcopyPresentationState

    Raises
    ------
    ValueError
        If there is no lung, or the size of the mask differs from the film.
    """
    rows = stored_labels(header, labels, reoriented)
    film = strip_patient_and_study(header)
    layers = {label: _layer(label) for label in LUNG_CODES if (rows == label).any()}
    note_layer = hd.pr.GraphicLayer(_NOTE, order=len(LUNG_CODES) + 1)
    drawn = [
        hd.pr.GraphicAnnotation([film], layer, graphic_objects=list(_polygons(rows == label)))
        for label, layer in layers.items()
    ]
    with silence_libraries():
        note = hd.pr.TextObject(f"Lungs by {algorithm.name}. {RESEARCH_USE}", "DISPLAY", bounding_box=_NOTE_BOX)
        state = hd.pr.GrayscaleSoftcopyPresentationState(
            referenced_images=[film],
            series_instance_uid=result_uid(header.SOPInstanceUID, algorithm, "presentation series", uid_root),
            series_number=_SERIES_NUMBER,
            sop_instance_uid=result_uid(header.SOPInstanceUID, algorithm, "presentation", uid_root),
            instance_number=1,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=algorithm.name,
            software_versions=algorithm.version,
            device_serial_number="none",
            content_label="LUNGS",
            content_description=RESEARCH_USE,
            graphic_layers=[*layers.values(), note_layer],
            graphic_annotations=[*drawn, hd.pr.GraphicAnnotation([film], note_layer, text_objects=[note])],
            presentation_lut_transformation=hd.PresentationLUTTransformation(_lut_shape(header)),
            series_description="Contours of the lungs. Research use only",
        )
        state.Laterality = None
        copy_patient_and_study(state, header)
    return state


def _lut_shape(header: Dataset) -> str:
    """Return the shape that shows bone white: a presentation state overrides MONOCHROME1 (DICOM PS3.4, N.2.4)."""
    return "INVERSE" if header.get("PhotometricInterpretation", "").strip() == "MONOCHROME1" else "IDENTITY"


def _layer(label: int) -> hd.pr.GraphicLayer:
    name = LUNG_CODES[label].meaning
    colour = hd.color.CIELabColor(*LUNG_COLOURS[label])
    return hd.pr.GraphicLayer(name.upper().replace(" ", "_"), order=label, description=name, display_color=colour)


def _polygons(lung: np.ndarray) -> Iterator[hd.pr.GraphicObject]:
    """Yield the contours of a lung, in pixels from the corner of the first pixel (DICOM PS3.3, C.10.5.1.2)."""
    for ring in find_contours(np.pad(lung.astype(np.float32), 1), 0.5):
        points = approximate_polygon(ring - 1, _TOLERANCE)[:, ::-1] + 0.5
        yield hd.pr.GraphicObject("POLYLINE", points, "PIXEL")
