# Sourced by the other scripts: makes the virtual environment .venv in the clone once, and enters it.
# It is made anew when setup.cfg or constraints.txt change. PYTHON names the interpreter (3.11 to 3.13).

_chestxr_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "chestxr needs Python 3.11, 3.12 or 3.13; none was found. Set PYTHON to one." >&2
    return 1
}

_chestxr_stamp=$(cat setup.cfg pyproject.toml constraints.txt | git hash-object --stdin)
if [ "$(cat .venv/chestxr-stamp 2>/dev/null)" != "$_chestxr_stamp" ]; then
    echo "Making the environment .venv (once; a few minutes) ..."
    _chestxr_interpreter=$(_chestxr_python)
    "$_chestxr_interpreter" -m venv --clear .venv
    PIP_CONSTRAINT="$PWD/constraints.txt" .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --editable '.[dev,cpu]'
    echo "$_chestxr_stamp" >.venv/chestxr-stamp
fi
# shellcheck disable=SC1091
source .venv/bin/activate
