"""Where the picture proper lies: without bars, borders, caption strips and blurred fill."""

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def find(picture: Picture) -> list[float] | None:
    """Find the part of a picture inside its bars and borders.

    picture: height x width x 3.
    Returns [left, top, right, bottom] as shares 0-1, or None when there is nothing to trim.
    """
    return None
