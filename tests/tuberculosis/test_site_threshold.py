"""A site's threshold is used only with the classifier and the scale that it was set with."""

import json

import pytest

from chestxr.tuberculosis.site_threshold import SiteThreshold
from chestxr.utils.provenance import sha256


@pytest.fixture
def files(tmp_path):
    for name in ("classifier", "scale", "other"):
        (tmp_path / name).write_text(name)
    return tmp_path


def _saved(files, scale=""):
    threshold = SiteThreshold(0.41, "sensitivity 0.9 or more", 40, 60, 7, sha256(files / "classifier"), scale)
    threshold.save(files / "threshold.json")
    return threshold


def test_saved_threshold_reads_back(files):
    plain = _saved(files)
    assert SiteThreshold.load(files / "threshold.json", files / "classifier") == plain
    with_scale = _saved(files, sha256(files / "scale"))
    assert SiteThreshold.load(files / "threshold.json", files / "classifier", files / "scale") == with_scale


def test_another_classifier_or_scale_is_refused(files):
    _saved(files)
    with pytest.raises(ValueError, match="found a threshold of the classifier"):
        SiteThreshold.load(files / "threshold.json", files / "other")
    with pytest.raises(ValueError, match="made with no site scale; expected one made with the site scale"):
        SiteThreshold.load(files / "threshold.json", files / "classifier", files / "scale")
    _saved(files, sha256(files / "scale"))
    for scale in (None, files / "other"):
        with pytest.raises(ValueError, match="made with the site scale"):
            SiteThreshold.load(files / "threshold.json", files / "classifier", scale)


@pytest.mark.parametrize(
    "change", [{"kind": "chestxr site scale"}, {"threshold": 1.5}, {"unlike": -1}, {"more": 1}, {"threshold": None}]
)
def test_another_file_is_refused(files, change):
    _saved(files)
    content = json.loads((files / "threshold.json").read_text())
    (files / "threshold.json").write_text(json.dumps(content | change))
    with pytest.raises(ValueError, match="not a site's threshold"):
        SiteThreshold.load(files / "threshold.json", files / "classifier")
    (files / "threshold.json").write_text("[1, 2")
    with pytest.raises(ValueError, match="not a site's threshold"):
        SiteThreshold.load(files / "threshold.json", files / "classifier")


def test_file_that_is_no_text_is_refused(files):
    (files / "threshold.json").write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(ValueError, match="not a site's threshold"):
        SiteThreshold.load(files / "threshold.json", files / "classifier")
