"""Run a network by ONNX Runtime."""

import io
import warnings

import torch
from monai.inferers import SimpleInferer
from monai.utils import optional_import

from .plain_inferer import plain

__all__ = ["OnnxInferer"]

onnxruntime, _ = optional_import("onnxruntime")

_OPSET = 17


class OnnxInferer(SimpleInferer):
    """
    Run a network by ONNX Runtime on the CPU, faster than torch does.

    The network is exported once, with the weights that it has at the first batch: an inferer for evaluation, not for
    training. Needs the extra ``onnx``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._network: torch.nn.Module | None = None
        self._session: object = None

    def __call__(self, inputs: torch.Tensor, network: torch.nn.Module, *args: object, **kwargs: object) -> torch.Tensor:
        """
        Parameters
        ----------
        inputs : torch.Tensor, shape (B, C, W, H), float32
            A batch, of the same C, W and H at every call.
        network : torch.nn.Module
            The network, in evaluation mode.

        Returns
        -------
        torch.Tensor, shape (B, classes, W, H), float32
            What the network gives, on the CPU.

        Raises
        ------
        ValueError
            If the network is in training mode, whose results are of no use to a copy of its weights.
        """
        batch = plain(inputs).cpu()
        if self._network is not network:
            self._network, self._session = network, _session_of(network, batch[:1])
        return torch.from_numpy(self._session.run(None, {"film": batch.numpy()})[0])


def _session_of(network: torch.nn.Module, film: torch.Tensor) -> object:
    if network.training:
        raise ValueError("a network in training mode; expected one in evaluation mode: ONNX Runtime does not train")
    exported = io.BytesIO()
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.cpu(),
            (film,),
            exported,
            input_names=["film"],
            output_names=["classes"],
            dynamic_axes={"film": {0: "films"}, "classes": {0: "films"}},
            opset_version=_OPSET,
            dynamo=False,
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    return onnxruntime.InferenceSession(exported.getvalue(), options, providers=["CPUExecutionProvider"])
