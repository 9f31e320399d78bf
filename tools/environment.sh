# Sourced by the other scripts: creates the virtual environment .venv in the clone and activates it.
#   source tools/environment.sh demo     # dependencies and the demonstration film
#   source tools/environment.sh dev      # test dependencies, added to the same environment
# It is recreated when setup.cfg or constraints.txt change. PYTHON sets the interpreter (3.11 to 3.13).

_chestxr_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "found no Python 3.11, 3.12 or 3.13; expected one of them; set PYTHON to its path" >&2
    return 1
}

# Modules are compiled on first import, not at installation: most are never imported, and bytecode takes 300 MB.
unset PYTHONDONTWRITEBYTECODE

_chestxr_extra=$1
_chestxr_stamp=$(cat setup.cfg pyproject.toml constraints.txt | git hash-object --stdin)
_chestxr_made=$(cat .venv/chestxr-stamp 2>/dev/null || true)
case $_chestxr_made in
"$_chestxr_stamp dev" | "$_chestxr_stamp $_chestxr_extra") ;;
*)
    if [ "${_chestxr_made% *}" = "$_chestxr_stamp" ]; then
        echo "Adding the dependencies of \"$_chestxr_extra\" to the environment .venv (once; a few minutes) ..."
    else
        echo "Creating the environment .venv (once; a few minutes) ..."
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
