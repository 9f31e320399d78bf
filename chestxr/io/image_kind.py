"""What a DICOM header says of the kind of an image: which view, and whether it is made to be looked at."""

import re
from collections.abc import Iterable

__all__ = ["is_for_processing", "other_view"]

_DX_FOR_PROCESSING = "1.2.840.10008.5.1.4.1.1.1.1.1"
_FRONTAL_WORDS = {"AP", "PA", "FRONTAL", "ANTEROPOSTERIOR", "POSTEROANTERIOR"}
# Defined terms of View Position (DICOM PS3.3, C.8.7.1.1.1 and C.8.11.5.1), and what modalities write instead, in
# English, German, French, Spanish and Portuguese.
_LATERAL_WORDS = {"LL", "RL", "LLD", "RLD", "LLAT", "RLAT", "LTLAT", "RTLAT", "SEITLICH", "PROFIL", "PERFIL"}
_OBLIQUE_WORDS = {"LLO", "RLO", "LAO", "RAO", "LPO", "RPO"}
# DICOM PS3.16, CID 4010, in SNOMED CT and in its older codes (SNM3, SRT).
_LATERAL_CODES = {
    *("399067008", "399173006", "399198007", "399352003", "399260004", "30730003"),
    *("R-102CD", "R-10236", "R-10232", "R-10228", "R-10224"),
}


def other_view(position: str, codes: Iterable[tuple[str, str]] = ()) -> str:
    """
    Return which view an image shows if its header says that it is not frontal.

    Parameters
    ----------
    position : str
        View Position, in any spelling; "" if there is none.
    codes : iterable of tuple of str
        Code value and code meaning of each item of View Code Sequence.

    Returns
    -------
    str
        "lateral" or "oblique"; "" if the header says frontal, says nothing, or contradicts itself.
    """
    codes = list(codes)
    words = {word for text in (position, *(meaning for _, meaning in codes)) for word in _words(text)}
    if words & _FRONTAL_WORDS:
        return ""
    if {value for value, _ in codes} & _LATERAL_CODES or any(map(_is_lateral, words)):
        return "lateral"
    return "oblique" if words & _OBLIQUE_WORDS or any(word.startswith("OBLIQU") for word in words) else ""


def is_for_processing(sop_class: str, intent: str) -> bool:
    """
    Return whether an image holds a detector's raw signal; its mate "for presentation" is the film.

    Parameters
    ----------
    sop_class : str
        SOP Class UID.
    intent : str
        Presentation Intent Type, "" if there is none.
    """
    return sop_class == _DX_FOR_PROCESSING or " ".join(_words(intent)) == "FOR PROCESSING"


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Z]+", text.upper().replace("ANTERO-POSTERIOR", "AP").replace("POSTERO-ANTERIOR", "PA"))


def _is_lateral(word: str) -> bool:
    return word in _LATERAL_WORDS or word.startswith("LAT")
