"""Where does a picture show a photograph, and where text and flat graphics? No Django here.

Writing and screens are drawn: in any small window most points have one of two shades, or lie on
ground without the slightest change. In photographs shades are spread. It matters because drawn
parts are alike in pictures that have nothing to do with each other: one app, one channel, one font.
"""

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]  # height x width, longest side SIDE_PX
Mask = npt.NDArray[np.bool_]

SIDE_PX = 320  # longest side of the picture looked at
WINDOW_PX, STEP_PX = 24, 12
MIN_WINDOWS = 20  # of some 300 to 600 with a photograph in them: fewer are drawn pictures

_EVERY = 2  # points of a window, each way: enough for its shades
_CONTRAST_LEVELS = 24  # between its dark and its bright: less has nothing to compare
_ENDS = 0.02  # of a window's points, not counted as its darkest and brightest
_END_REACH = 0.15  # of the way between dark and bright that counts as one of them
_ENDS_SHARE = 0.45  # of the points at one end: ground with writing on it
_STILL_LEVELS = 2  # change to the next points below which ground is flat
_STILL_SHARE = 0.5  # of the points
_STARS_STILL_SHARE = 0.15  # grain everywhere: bright points on dark ground, and yet no writing
_STARS_LEVELS = 48  # of 255: dark ground
_STARS_SHARE = 0.5  # of the windows with contrast


def photographic(grey: Grey) -> tuple[Mask, bool]:
    """Tell windows that show a photograph: rows x columns, every STEP_PX; and whether it is stars.

    grey: longest side about SIDE_PX, at least WINDOW_PX each way; smaller has no windows. Of a
    picture that is stars, lights or sparks in the dark, which look like writing but for their
    grain, those windows are told too.
    """
    if min(grey.shape) < WINDOW_PX:
        return np.zeros((0, 0), dtype=bool), False
    shades = np.sort(_windows(grey, _EVERY), axis=2).astype(np.int16)
    end = int(_ENDS * shades.shape[2])
    dark, bright = shades[:, :, end, None], shades[:, :, -1 - end, None]
    reach = (bright - dark) * _END_REACH
    at_dark = (shades <= dark + reach).mean(2)
    at_ends = np.maximum(at_dark, (shades >= bright - reach).mean(2))
    still = _windows(_is_still(grey), _EVERY).mean(axis=2)
    has_contrast: Mask = (bright - dark)[:, :, 0] > _CONTRAST_LEVELS
    found: Mask = has_contrast & (at_ends < _ENDS_SHARE) & (still < _STILL_SHARE)
    # Grain everywhere, a dark ground, and bright points on it.
    is_star = has_contrast & (still < _STARS_STILL_SHARE) & (at_dark >= _ENDS_SHARE)
    is_star &= dark[:, :, 0] < _STARS_LEVELS
    is_sky = bool(is_star.sum() > _STARS_SHARE * max(int(has_contrast.sum()), 2 * MIN_WINDOWS))
    return (found | is_star if is_sky else found), is_sky


def windows_of(rows: int, columns: int) -> tuple[int, int]:
    """How many windows a picture of this size has, down and across."""
    if min(rows, columns) < WINDOW_PX:
        return 0, 0
    return (rows - WINDOW_PX) // STEP_PX + 1, (columns - WINDOW_PX) // STEP_PX + 1


def over_pixels(found: Mask, shape: tuple[int, ...]) -> Mask:
    """Spread windows over the pixels of the picture they were told of: height x width."""
    if not found.size:
        return np.zeros(shape, dtype=bool)
    # A window stands for the step in its middle; those at the edge for what lies beyond too.
    middle = (WINDOW_PX - STEP_PX) // 2
    places = [
        np.clip((np.arange(length) - middle) // STEP_PX, 0, windows - 1)
        for length, windows in zip(shape, found.shape, strict=True)
    ]
    return found[np.ix_(*places)]


def _is_still(grey: Grey) -> Grey:
    """Where a point differs from the next ones by almost nothing."""
    change = np.zeros(grey.shape, dtype=np.uint8)
    change[:, :-1] = cv2.absdiff(grey[:, :-1], grey[:, 1:])
    change[:-1] = cv2.add(change[:-1], cv2.absdiff(grey[:-1], grey[1:]))
    return (change < _STILL_LEVELS).astype(np.uint8)


def _windows(picture: Grey, every: int) -> Grey:
    """rows x columns x points, overlapping by half."""
    views = np.lib.stride_tricks.sliding_window_view(picture, (WINDOW_PX, WINDOW_PX))
    cut = views[::STEP_PX, ::STEP_PX, ::every, ::every]
    return cut.reshape(*cut.shape[:2], -1)
