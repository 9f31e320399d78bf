"""
Print the oldest version of each package that setup.cfg allows, as constraints for pip.

    python tools/oldest_versions.py setup.cfg > constraints.txt
"""

import configparser
import re
import sys

_LOWER_BOUND = re.compile(r"^([A-Za-z0-9-]+)(?:\[\w+\])?>=([\d.]+)")


def oldest_versions(setup_cfg: str) -> list[str]:
    """
    Return ``name==version`` for each requirement with a lower bound, extras included.

    Parameters
    ----------
    setup_cfg : str
        The text of a setup.cfg.
    """
    parser = configparser.ConfigParser(comment_prefixes=("#",))
    parser.read_string(setup_cfg)
    extras = parser["options.extras_require"].values()
    lines = "\n".join([parser["options"]["install_requires"], *extras]).splitlines()
    found = (_LOWER_BOUND.match(line.strip()) for line in lines)
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(*oldest_versions(file.read()), sep="\n")
