import errno

import av.error
import numpy as np
import pytest
from PIL import Image, UnidentifiedImageError

from media.decoding import faults, reasons
from media.fingerprints.pictures import TooManyPixelsError


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TooManyPixelsError("9 x 9 px"), reasons.TOO_MANY_PIXELS),
        (Image.DecompressionBombError("bomb"), reasons.TOO_MANY_PIXELS),
        (MemoryError(), reasons.NEEDS_TOO_MUCH_MEMORY),
        (av.error.MemoryError(errno.ENOMEM, "no memory"), reasons.NEEDS_TOO_MUCH_MEMORY),
        (EOFError("no more"), reasons.TRUNCATED),
        (OSError("image file is truncated (12 bytes not processed)"), reasons.TRUNCATED),
        (av.error.EOFError(0, "End of file"), reasons.TRUNCATED),
        (av.error.DecoderNotFoundError(0, "no"), reasons.CODING_UNKNOWN),
        (NotImplementedError("PatchWelcome"), reasons.CODING_UNKNOWN),
        (UnidentifiedImageError("cannot identify"), reasons.CORRUPT),
        (SyntaxError("broken PNG file"), reasons.CORRUPT),
        (IndexError("list index"), reasons.CORRUPT),
        (TypeError(), reasons.CORRUPT),
        (AttributeError("x"), reasons.CORRUPT),
        (ValueError("bad"), reasons.CORRUPT),
        (KeyError("x"), reasons.CORRUPT),
        (RuntimeError("decoder"), reasons.CORRUPT),
        (ZeroDivisionError(), reasons.CORRUPT),
        (av.error.InvalidDataError(0, "Invalid data"), reasons.CORRUPT),
    ],
)
def test_whatever_a_decoder_raises_has_a_reason(error, reason):
    with pytest.raises(faults.UndecodableError) as caught, faults.of_the_file():
        raise error
    assert caught.value.reason == reason


def test_a_reason_already_found_is_kept():
    with pytest.raises(faults.UndecodableError) as caught, faults.of_the_file():
        raise faults.UndecodableError(reasons.ONLY_SOUND)
    assert caught.value.reason == reasons.ONLY_SOUND


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "full"), reasons.NO_ROOM),
        (OSError(errno.EFBIG, "large"), reasons.OUTPUT_TOO_LARGE),
        (np.exceptions.AxisError(3), reasons.FAULT_OF_OURS),
        (MemoryError(), reasons.NEEDS_TOO_MUCH_MEMORY),
    ],
)
def test_faults_of_ours_are_named_as_such(error, reason):
    assert faults.reason_of_ours(error) == reason
