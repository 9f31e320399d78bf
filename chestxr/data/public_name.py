"""Parse site, label and patient from the file names of the public collections."""

import re

__all__ = ["read_public_name"]

_PUBLIC_NAME = re.compile(r"(?P<site>MCUCXR|CHNCXR)_\d+_(?P<tuberculosis>[01])")
_SITES = {"MCUCXR": "montgomery", "CHNCXR": "shenzhen"}
# Films of one patient, found by reading and visual comparison; MCUCXR_0170_1 probably belongs to the second group.
_FILMS_OF_ONE_PATIENT = (
    ("MCUCXR_0113_1", "MCUCXR_0117_1"),
    ("MCUCXR_0162_1", "MCUCXR_0166_1", "MCUCXR_0170_1"),
)
_PATIENT = {film: films[0] for films in _FILMS_OF_ONE_PATIENT for film in films}


def read_public_name(name: str, site: str = "") -> dict:
    """
    Parse the name of a film of Montgomery (``MCUCXR_0001_0``) or Shenzhen (``CHNCXR_0001_0``).

    Parameters
    ----------
    name : str
        The film's name, without extension.
    site : str, optional
        Site of a film with any other name.

    Returns
    -------
    dict
        ``site``; ``tuberculosis``, 0 or 1 from the end of the name, None for any other name; ``patient``, the name of
        the patient's first film.
    """
    match = _PUBLIC_NAME.fullmatch(name)
    return {
        "site": _SITES[match["site"]] if match else site,
        "tuberculosis": int(match["tuberculosis"]) if match else None,
        "patient": _PATIENT.get(name, name),
    }
