# Sourced by the other scripts: makes the virtual environment .venv in the clone, and enters it.
#   source tools/environment.sh demo     # what running needs, and the demonstration's film
#   source tools/environment.sh dev      # what the tests need besides: added to the same environment
# It is made again when setup.cfg or constraints.txt change. PYTHON names the interpreter (3.11 to 3.13).

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

# Modules are compiled when they are first imported, not all at once: most never are, and their bytecode takes 300 MB.
unset PYTHONDONTWRITEBYTECODE

_chestxr_extra=$1
_chestxr_stamp=$(cat setup.cfg pyproject.toml constraints.txt | git hash-object --stdin)
_chestxr_made=$(cat .venv/chestxr-stamp 2>/dev/null || true)
case $_chestxr_made in
"$_chestxr_stamp dev" | "$_chestxr_stamp $_chestxr_extra") ;;
*)
    if [ "${_chestxr_made% *}" = "$_chestxr_stamp" ]; then
        echo "Adding to the environment .venv what \"$_chestxr_extra\" needs (once; a few minutes) ..."
    else
        echo "Making the environment .venv (once; a few minutes) ..."
        _chestxr_interpreter=$(_chestxr_python)
        "$_chestxr_interpreter" -m venv --clear .venv
    fi
    PIP_CONSTRAINT="$PWD/constraints.txt" .venv/bin/python -m pip install --quiet --disable-pip-version-check \
        --no-compile --editable ".[$_chestxr_extra]"
    echo "$_chestxr_stamp $_chestxr_extra" >.venv/chestxr-stamp
    ;;
esac
# shellcheck disable=SC1091
source .venv/bin/activate
