"""Patients with more than one film in the public collections."""

__all__ = ["patient_of"]

# Films of one patient, found by their readings and by eye; MCUCXR_0170_1 probably belongs to the second group.
_FILMS_OF_ONE_PATIENT = (
    ("MCUCXR_0113_1", "MCUCXR_0117_1"),
    ("MCUCXR_0162_1", "MCUCXR_0166_1", "MCUCXR_0170_1"),
)
_PATIENT = {film: films[0] for films in _FILMS_OF_ONE_PATIENT for film in films}


def patient_of(film: str) -> str:
    """Return the name of the patient whom a film shows: that of the patient's first film."""
    return _PATIENT.get(film, film)
