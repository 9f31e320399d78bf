"""Decision threshold of one site, set on labelled films of that site."""

import json
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path

from chestxr.utils.atomic import write_text
from chestxr.utils.provenance import sha256

__all__ = ["SiteThreshold"]

_KIND = "chestxr site threshold 1"
_AGAIN = "run `chestxr tb calibrate` again"


@dataclass(frozen=True)
class SiteThreshold:
    """
    Threshold of the probability for one site.

    Attributes
    ----------
    threshold : float
        Probability at and above which a film is suspicious.
    rule : str
        How it was chosen, for example "sensitivity 0.9 or more".
    positives, negatives : int
        Number of films with and without tuberculosis that it was chosen on.
    unlike : int
        Number of these films that have more outlying features than the bundle allows without a warning.
    classifier_sha256 : str
        Hash of the classifier's file.
    site_scale_sha256 : str
        Hash of the file of the site's scale that the films were scored with; "" if there was none.
    """

    threshold: float
    rule: str
    positives: int
    negatives: int
    unlike: int
    classifier_sha256: str
    site_scale_sha256: str = ""

    def save(self, path: str | PathLike) -> None:
        """Write the threshold as JSON, atomically."""
        write_text(path, json.dumps({"kind": _KIND} | asdict(self), indent=1))

    @classmethod
    def load(
        cls, path: str | PathLike, classifier: str | PathLike, site_scale: str | PathLike | None = None
    ) -> "SiteThreshold":
        """
        Read a threshold.

        Parameters
        ----------
        path : str or os.PathLike
            File written by `save`.
        classifier : str or os.PathLike
            File of the classifier that will use it.
        site_scale : str or os.PathLike or None, optional
            File of the site's scale that will be used with it.

        Raises
        ------
        FileNotFoundError
            If the file does not exist.
        ValueError
            If the file is no threshold, or was made with another classifier or another scale of the site.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if content.pop("kind") != _KIND or not (0 <= content["threshold"] <= 1 and content["unlike"] >= 0):
                raise ValueError
            found = cls(**content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path}: not a site's threshold; expected what `chestxr tb calibrate` writes; give that file"
            ) from error
        if found.classifier_sha256 != sha256(classifier):
            raise ValueError(
                f"{path}: found a threshold of the classifier {found.classifier_sha256[:12]}; expected one of "
                f"{sha256(classifier)[:12]}, which is in use; {_AGAIN}"
            )
        in_use = sha256(site_scale) if site_scale else ""
        if found.site_scale_sha256 != in_use:
            made, used = (
                f"the site scale {digits[:12]}" if digits else "no site scale"
                for digits in (found.site_scale_sha256, in_use)
            )
            raise ValueError(
                f"{path}: found a threshold made with {made}; expected one made with {used}, as films are scored now; "
                f"give the same --site-scale, or {_AGAIN}"
            )
        return found
