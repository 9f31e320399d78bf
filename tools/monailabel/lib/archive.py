"""Datastore on a DICOMweb service: reads films, stores DICOM segmentations."""

import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import monailabel.datastore.dicom
import monailabel.endpoints.infer
from cachetools import TTLCache, cached
from monailabel.config import settings
from monailabel.datastore.dicom import DICOMwebClientX, DICOMWebDatastore
from monailabel.datastore.local import LocalDatastore
from monailabel.interfaces.datastore import DefaultLabelTag
from pydicom.dataset import Dataset

from chestxr.dicomweb.client import DicomWebClient
from chestxr.dicomweb.outages import CircuitBreaker, Skipped
from chestxr.dicomweb.session import PASSWORD, USER, open_session, request_errors
from chestxr.utils.errors import FilmError

from .conversion import film_to_nifti, is_drawn_lungs, lungs_to_dicom, lungs_to_nifti
from .labels import check_label

__all__ = ["film_datastore"]

logger = logging.getLogger(__name__)

_LISTED_FOR_S = 30
_RETRIES = 4


def film_datastore(url: str) -> DICOMWebDatastore:
    """Open a DICOMweb service's chest films; credentials come from the environment or netrc, as for chestxr pacs."""
    if settings.MONAI_LABEL_DICOMWEB_USERNAME:
        os.environ.setdefault(USER, settings.MONAI_LABEL_DICOMWEB_USERNAME)
        os.environ.setdefault(PASSWORD, settings.MONAI_LABEL_DICOMWEB_PASSWORD or "")
    # MONAI Label's converters expect volumes with spatial coordinates, and read MONOCHROME1 inverted.
    monailabel.datastore.dicom.dicom_to_nifti = film_to_nifti
    monailabel.datastore.dicom.nifti_to_dicom_seg = lungs_to_dicom
    monailabel.endpoints.infer.nifti_to_dicom_seg = lungs_to_dicom
    return _FilmDatastore(url)


class _FilmDatastore(DICOMWebDatastore):
    """Series of computed and digital radiographs; their labels are lungs drawn or corrected by a person."""

    def __init__(self, url: str) -> None:
        self._archive = DicomWebClient(url, _RETRIES)
        self._segmentations: dict[str, list[Dataset]] = {}
        super().__init__(
            client=DICOMwebClientX(url=url, session=open_session(url, _RETRIES)),
            search_filter={},
            cache_path=settings.MONAI_LABEL_DICOMWEB_CACHE_PATH or None,
            convert_to_nifti=True,
        )

    def list_images(self) -> list[str]:
        """List the series of frontal chest films, according to their headers."""
        found, _ = self._list()
        return list(found)

    def get_labeled_images(self, label_tag: str | None = None, labels: list[str] | None = None) -> list[str]:
        """List the films with a lung segmentation drawn or corrected by a person."""
        return list(self._drawn())

    def get_label_by_image_id(self, image_id: str, tag: str) -> str:
        """Return a label's name, which equals its film's, "" if there is none."""
        if tag == DefaultLabelTag.FINAL:
            return image_id if image_id in self._drawn() else ""
        return super().get_label_by_image_id(image_id, tag)

    def get_label_uri(self, label_id: str, label_tag: str, image_id: str = "") -> str:
        """Return a label's file; fetch a final one if this server has none or an older one."""
        newest = self._drawn().get(label_id) if label_tag == DefaultLabelTag.FINAL else None
        if newest is not None:
            self._update_label(label_id, newest)
        return LocalDatastore.get_label_uri(self, label_id, label_tag)

    def save_label(self, image_id: str, label_filename: str, label_tag: str, label_info: dict, *rest: object) -> str:
        """Save a label that matches its film; store a final one in the archive too."""
        check_label(self, image_id, label_filename)
        return super().save_label(image_id, label_filename, label_tag, label_info, *rest)

    def _download_labeled_data(self) -> None:
        """Fetch the final labels, and remove those missing in the archive if its listing is complete."""
        films, unlisted = self._list()
        drawn, untold = self._newest(films)
        if not (unlisted.failed or untold.failed):
            for image in set(LocalDatastore.get_labeled_images(self)) - set(drawn):
                self._forget_label(image)
        watch, passed = CircuitBreaker(), Skipped()
        for image, newest in drawn.items():
            try:
                with watch.record(passed), request_errors(self._archive.server):
                    self.get_image_uri(image)
                    self._update_label(image, newest)
            except FilmError as error:
                logger.warning("skipped a film with drawn lungs: %s", error.found)
        _warn("films with drawn lungs", passed)

    def _forget_label(self, image: str) -> None:
        """Remove a final label at once: MONAI Label's file watcher would still list it for a moment."""
        path = LocalDatastore.get_label_uri(self, image, DefaultLabelTag.FINAL)
        self._datastore.objects[image].labels.pop(DefaultLabelTag.FINAL)
        self._update_datastore_file()
        os.unlink(path)

    @cached(TTLCache(1, _LISTED_FOR_S), lock=threading.Lock())
    def _list(self) -> tuple[tuple[str, ...], Skipped]:
        """List the series of films, and the archive's failures."""
        skipped = Skipped()
        found = tuple(dict.fromkeys(film.series for film in self._archive.films(skipped=skipped)))
        _warn("series", skipped)
        return found, skipped

    def _update_label(self, image: str, newest: Dataset) -> None:
        """Fetch a label if this server has none or an older one."""
        if self.get_label_info(image, DefaultLabelTag.FINAL).get("SeriesInstanceUID") != _series(newest):
            self._fetch_label(image, newest)

    def _fetch_label(self, image: str, newest: Dataset) -> None:
        study, series = str(newest.StudyInstanceUID), _series(newest)
        self.get_image_uri(image)
        folder = Path(self._datastore.image_path()) / image
        converted = lungs_to_nifti(self._archive.fetch_series(study, series)[0], str(folder))
        try:
            LocalDatastore.save_label(self, image, converted, DefaultLabelTag.FINAL, {"SeriesInstanceUID": series})
        finally:
            os.unlink(converted)

    def _drawn(self) -> dict[str, Dataset]:
        """Return the newest segmentation by a person for each film, by series, as far as the archive lists them."""
        return self._newest(self.list_images())[0]

    def _newest(self, films: Sequence[str]) -> tuple[dict[str, Dataset], Skipped]:
        """Return the newest segmentations of these films by a person, and the archive's failures."""
        known, found, watch, skipped = set(films), [], CircuitBreaker(), Skipped()
        for study, series in self._archive.series("SEG"):
            with watch.record(skipped):
                found += self._metadata(study, series)
        _warn("segmentations", skipped)
        drawn = {}
        for segmentation in sorted(found, key=lambda one: f"{one.get('ContentDate')} {one.get('ContentTime')}"):
            film = str(segmentation.ReferencedSeriesSequence[0].SeriesInstanceUID)
            if film in known:
                drawn[film] = segmentation
        return drawn, skipped

    def _metadata(self, study: str, series: str) -> list[Dataset]:
        """Return a segmentation's metadata if it contains drawn lungs; cached, since stored objects do not change."""
        if series not in self._segmentations:
            instances = self._archive.metadata(study, series)
            fits = is_drawn_lungs(instances[0]) and "ReferencedSeriesSequence" in instances[0]
            self._segmentations[series] = instances[:1] if fits else []
        return self._segmentations[series]

    def _dicom_info(self, series_id: str) -> dict[str, str]:
        """Describe a series by its own identifier only: MONAI Label would save the patient's."""
        return {"SeriesInstanceUID": series_id}


def _series(segmentation: Dataset) -> str:
    return str(segmentation.SeriesInstanceUID)


def _warn(what: str, skipped: Skipped) -> None:
    """Log the number of failures and the last one."""
    if skipped.failed:
        logger.warning("skipped %d %s: %s", len(skipped.failed), what, skipped.failed[-1])
