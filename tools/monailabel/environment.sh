# Sourced by the other scripts: creates MONAI Label's own environment .venv-monailabel in the clone and activates it.
# MONAI Label 0.8.5 needs older versions of numpy, pydicom and highdicom than chestxr's environment.

_label_stamp=$(cat setup.cfg pyproject.toml tools/monailabel/constraints.txt | git hash-object --stdin)
if [ "$(cat .venv-monailabel/chestxr-stamp 2>/dev/null)" != "$_label_stamp" ]; then
    echo "Creating the environment .venv-monailabel (once; a few minutes) ..."
    "${PYTHON:-python3}" -m venv --clear .venv-monailabel
    # torchvision requires the CUDA build of torch: omitting its dependencies keeps the CPU build.
    PIP_CONSTRAINT="$PWD/tools/monailabel/constraints.txt" .venv-monailabel/bin/python -m pip install --quiet \
        --disable-pip-version-check monailabel dcmqi setuptools --editable . pytest pydicom-data
    echo "$_label_stamp" >.venv-monailabel/chestxr-stamp
fi
# torchvision is built for CUDA: with a CPU build of torch its import needs help, for every app.
for _label_packages in .venv-monailabel/lib/python3*/site-packages; do
    if ! cmp -s tools/monailabel/torchvision_operators.py "$_label_packages/torchvision_operators.py"; then
        cp tools/monailabel/torchvision_operators.py "$_label_packages/"
        echo "import torchvision_operators; torchvision_operators.install()" >"$_label_packages/torchvision_operators.pth"
    fi
done
# shellcheck disable=SC1091
source .venv-monailabel/bin/activate
