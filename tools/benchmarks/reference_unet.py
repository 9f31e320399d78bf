"""The U-Net of the public recipe on which this project is based."""

from monai.networks.nets import BasicUNet
from monai.networks.nets.basic_unet import UpCat

__all__ = ["ReferenceUNet"]


class ReferenceUNet(BasicUNet):
    """
    MONAI's BasicUNet in the shape of a public Keras U-Net for chest films: 7,759,521 parameters for one output.

    Two 3x3 convolutions with bias and ReLU per level, widths 32-64-128-256-512, transposed convolutions going up. It
    differs from :py:class:`monai.networks.nets.BasicUNet` in that the last upsampling step also halves the channels.

    Parameters
    ----------
    spatial_dims : int
        2 for images.
    in_channels : int
        Channels of the input.
    out_channels : int
        Channels of the output, as logits.
    features : sequence of int, optional
        Widths from the top down.
    norm : str or tuple, optional
        Normalisation after every convolution; default none, as in the recipe.
    """

    def __init__(
        self,
        spatial_dims: int = 2,
        in_channels: int = 1,
        out_channels: int = 1,
        features: tuple[int, ...] = (32, 64, 128, 256, 512),
        norm: str | tuple | None = None,
    ) -> None:
        top = features[0]
        super().__init__(spatial_dims, in_channels, out_channels, (*features, top), act="relu", norm=norm)
        self.upcat_1 = UpCat(spatial_dims, features[1], top, top, "relu", norm, bias=True, dropout=0.0, halves=True)
