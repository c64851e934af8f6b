"""Masks, their run lengths, compressed text, area, box and IoU by pycocotools.

Run from the repository's root:
    python tools/reference/rle.py > inference/rle/testdata/pycocotools.json
"""
import json
import sys

import numpy as np
from pycocotools import mask as api


def runs(bitmap):
    """Uncompressed counts of a [H, W] bitmap: columns, background first."""
    flat = bitmap.flatten(order="F")
    counts, value, n = [], 0, 0
    for b in flat:
        if b != value:
            counts.append(n)
            value, n = b, 0
        n += 1
    return counts + [n]


def blobs(rng, h, w):
    """A few random discs and rectangles, so that runs have natural lengths."""
    yy, xx = np.mgrid[:h, :w]
    m = np.zeros((h, w), np.uint8)
    for _ in range(rng.integers(1, 4)):
        y, x, r = rng.integers(0, h), rng.integers(0, w), rng.integers(1, max(2, min(h, w)))
        m |= ((yy - y) ** 2 + (xx - x) ** 2 < r * r).astype(np.uint8)
    return m


def cases():
    rng = np.random.default_rng(20240101)
    for h, w in [(1, 1), (1, 9), (9, 1), (2, 2), (5, 7), (16, 16), (33, 20), (40, 61)]:
        yield np.zeros((h, w), np.uint8)
        yield np.ones((h, w), np.uint8)
        yield (rng.random((h, w)) < 0.5).astype(np.uint8)
        yield blobs(rng, h, w)
        yield blobs(rng, h, w)


def main():
    out, previous = [], None
    for bitmap in cases():
        code = api.encode(np.asfortranarray(bitmap))
        case = {
            "height": bitmap.shape[0], "width": bitmap.shape[1],
            "rows": ["".join(map(str, row)) for row in bitmap.tolist()],
            "counts": runs(bitmap), "text": code["counts"].decode("ascii"),
            "area": int(api.area(code)), "bbox": [int(v) for v in api.toBbox(code)],
        }
        if previous is not None and previous["size"] == code["size"]:
            case["iou_with_previous"] = float(api.iou([code], [previous], [0])[0][0])
        previous = code
        out.append(case)
    json.dump(out, sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
