"""Body part, view and presentation intent of an image, from its DICOM header."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["is_for_processing", "is_other_part", "other_view"]

_DX_FOR_PROCESSING = "1.2.840.10008.5.1.4.1.1.1.1.1"
_FRONTAL_WORDS = {"AP", "PA", "FRONTAL", "ANTEROPOSTERIOR", "POSTEROANTERIOR"}
# Defined terms of View Position (DICOM PS3.3, C.8.7.1.1.1 and C.8.11.5.1), and the words that modalities write instead
# in English, German, French, Spanish and Portuguese.
_LATERAL_WORDS = {"LL", "RL", "LLD", "RLD", "LLAT", "RLAT", "LTLAT", "RTLAT", "SEITLICH", "PROFIL", "PERFIL"}
_OBLIQUE_WORDS = {"LLO", "RLO", "LAO", "RAO", "LPO", "RPO"}
# DICOM PS3.16, CID 4010, in SNOMED CT and its older codes (SNM3, SRT).
_LATERAL_CODES = {
    *("399067008", "399173006", "399198007", "399352003", "399260004", "30730003"),
    *("R-102CD", "R-10236", "R-10232", "R-10228", "R-10224"),
}

_CHEST_BEGINS = ("CHEST", "THORA", "TORA", "LUNG", "PULM", "POUMON", "CXR")
_SPINE_BEGINS = ("SPINE", "RACHIS", "WIRBEL", "COLUMNA", "COLUNA", "VERTEBR")
_SPINES = {"CSPINE", "TSPINE", "LSPINE", "SSPINE", "LSSPINE", "TLSPINE", "CTSPINE", "THSPINE", "HWS", "BWS", "LWS"}
# Body Part Examined (DICOM PS3.16, annex L), and the words that modalities write in German, French, Spanish and
# Portuguese. Ribs, sternum, heart and trunk are left out: such a film may show the chest.
_OTHER_PARTS = {
    *("SKULL", "HEAD", "BRAIN", "FACE", "ORBIT", "EYE", "NOSE", "SINUS", "JAW", "MANDIBLE", "MAXILLA", "TMJ", "ZYGOMA"),
    *("TEETH", "TOOTH", "DENTAL", "EAR", "MASTOID", "NECK", "LARYNX", "BREAST", "ABDOMEN", "ABDOMENPELVIS", "PELVIS"),
    *("BLADDER", "KIDNEY", "LIVER", "COLON", "STOMACH", "UTERUS", "SACRUM", "COCCYX", "HIP", "FEMUR", "THIGH", "KNEE"),
    *("PATELLA", "LEG", "CALF", "TIBIA", "FIBULA", "TIBIAFIBULA", "ANKLE", "CALCANEUS", "HEEL", "FOOT", "FEET", "TOE"),
    *("EXTREMITY", "EXTREMITIES", "SHOULDER", "SCAPULA", "CLAVICLE", "HUMERUS", "ARM", "ELBOW", "FOREARM", "RADIUS"),
    *("ULNA", "RADIUSULNA", "WRIST", "HAND", "FINGER", "THUMB", "HIPS", "KNEES", "HANDS", "TOES", "FINGERS", "LEGS"),
    *("SCHADEL", "SCHAEDEL", "KOPF", "HALS", "BECKEN", "HUFTE", "HUEFTE", "KNIE", "BEIN", "FUSS", "SCHULTER", "ZAHN"),
    *("ELLENBOGEN", "HANDGELENK", "SPRUNGGELENK", "CRANE", "BASSIN", "HANCHE", "GENOU", "CHEVILLE", "PIED", "EPAULE"),
    *("COUDE", "POIGNET", "MAIN", "DOIGT", "CRANEO", "CADERA", "RODILLA", "TOBILLO", "PIE", "HOMBRO", "CODO", "MUNECA"),
    *("MANO", "CRANIO", "BACIA", "QUADRIL", "JOELHO", "TORNOZELO", "PE", "OMBRO", "COTOVELO", "PUNHO", "MAO"),
}


def is_other_part(names: Iterable[str]) -> bool:
    """
    Return whether a header states another part of the body than the chest.

    Parameters
    ----------
    names : iterable of str
        Body Part Examined and the code meanings of Anatomic Region Sequence, in any spelling.

    Returns
    -------
    bool
        False if the header says chest, says nothing, or has an unknown term; the pixels decide then.
    """
    words = {word for name in names for word in _words(name)}
    if words & _SPINES or any(word.startswith(_SPINE_BEGINS) for word in words):
        return True
    return not any(word.startswith(_CHEST_BEGINS) for word in words) and bool(words & _OTHER_PARTS)


def other_view(position: str, codes: Iterable[tuple[str, str]] = ()) -> str:
    """
    Return the view of an image whose header says that it is not frontal.

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
    Return whether an image is a detector's raw signal; the film is its "for presentation" counterpart.

    Parameters
    ----------
    sop_class : str
        SOP Class UID.
    intent : str
        Presentation Intent Type, "" if there is none.
    """
    return sop_class == _DX_FOR_PROCESSING or " ".join(_words(intent)) == "FOR PROCESSING"


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.upper()).encode("ascii", "ignore").decode()
    return re.findall(r"[A-Z]+", plain.replace("ANTERO-POSTERIOR", "AP").replace("POSTERO-ANTERIOR", "PA"))


def _is_lateral(word: str) -> bool:
    return word in _LATERAL_WORDS or word.startswith("LAT")
