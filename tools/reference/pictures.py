"""Pictures from a number, of whole numbers only, so that Go draws the same.

    pictures.picture(i)     PIL picture number i: a gradient with rectangles and ellipses on it, every eighth with noise

pictures_test.go in inference/pipeline draws them pixel for pixel.
"""
import numpy as np
from PIL import Image

MASK = 0xFFFFFFFFFFFFFFFF


class Numbers:
    """splitmix64."""

    def __init__(self, seed):
        self.state = seed

    def next(self, below):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return ((z ^ (z >> 31)) >> 11) % below


def picture(i):
    n = Numbers(1000 + i)
    w, h = 16 + n.next(160), 16 + n.next(160)
    if i % 10 == 9:  # tall or wide
        w, h = (8 + n.next(8), 200 + n.next(100)) if n.next(2) else (200 + n.next(100), 8 + n.next(8))
    y, x = np.mgrid[0:h, 0:w].astype(np.int64)
    out = np.empty((h, w, 3), np.int64)
    left, right = [n.next(256) for _ in range(3)], [n.next(256) for _ in range(3)]
    for c in range(3):
        out[..., c] = (left[c] * (w + h - x - y) + right[c] * (x + y)) // (w + h)
    for _ in range(2 + n.next(7)):
        cx, cy, rx, ry, round_ = n.next(w), n.next(h), 1 + n.next(w), 1 + n.next(h), n.next(2)
        colour = [n.next(256) for _ in range(3)]
        dx, dy = 2 * (x - cx), 2 * (y - cy)
        inside = dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry if round_ else (abs(dx) <= rx) & (abs(dy) <= ry)
        out[inside] = colour
    if i % 8 == 7:
        z = (x * 374761393 + y * 668265263 + i) & 0xFFFFFFFF
        z = (z ^ (z >> 13)) * 1274126177 & 0xFFFFFFFF
        out = (out * 3 + ((z >> 16) & 255)[..., None]) // 4
    return Image.fromarray(out.astype(np.uint8), "RGB")
