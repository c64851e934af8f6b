"""Reference files for picture/ and picture/resample/.

    python tools/reference/pixels.py

writes picture/resample/testdata/*.json.gz (what Pillow and torch make of
pictures that the Go test draws itself from the same formula) and
picture/testdata/ (small picture files of every kind with what Pillow reads in
them). Needs tools/reference/requirements.txt; the files in the repository were
made with Pillow 9.4 (libjpeg-turbo 2.1.5, libwebp 1.2.4) and torch 1.13.
"""

import gzip
import hashlib
import json
import pathlib
import sys

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[2]


def drawn(kind, w, h):
    """A w×h RGB picture; drawn() in resample_test.go draws the same."""
    y, x, c = np.meshgrid(np.arange(h), np.arange(w), np.arange(3), indexing="ij")
    x, y, c = (v.astype(np.uint32) for v in (x, y, c))
    if kind == "noise":
        i = (y * np.uint32(w) + x) * np.uint32(3) + c
        i = i * np.uint32(2654435761)
        i ^= i >> np.uint32(16)
        i = i * np.uint32(0x45D9F3B)
        i ^= i >> np.uint32(16)
        return (i & 255).astype(np.uint8)
    if kind == "edges":
        return (((x // 5 + y // 7 + c) % 2) * 255).astype(np.uint8)
    return (((x * x * 3 + y * x * 2 + c * 1300) >> np.uint32(5)) & 255).astype(np.uint8)


SIZES = [
    (1, 1, 1, 1), (1, 1, 7, 5), (1, 3000, 384, 384), (3000, 1, 384, 384), (2, 2, 3, 3), (8, 8, 384, 384),
    (640, 480, 384, 384), (481, 321, 384, 384), (384, 384, 384, 384), (384, 100, 384, 384), (100, 384, 384, 384),
    (1000, 800, 1, 1), (333, 517, 97, 1), (37, 53, 91, 80), (2001, 1501, 384, 384), (500, 400, 130, 97),
]


def sha(a):
    return hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as z:
        z.write(json.dumps(value, separators=(",", ":")).encode())


def resample():
    filters = {"bicubic": Image.BICUBIC, "bilinear": Image.BILINEAR}
    cases = []
    for kind in ("noise", "edges", "waves"):
        for w, h, dw, dh in SIZES:
            src = Image.fromarray(drawn(kind, w, h))
            for name, code in filters.items():
                out = np.asarray(src.resize((dw, dh), code))
                cases.append(dict(filter=name, kind=kind, size=[w, h, dw, dh], sha256=sha(out),
                                  head=out.reshape(-1)[:24].tolist()))
    write_json(ROOT / "picture/resample/testdata/pillow.json.gz", cases)

    import torch
    cases = []
    # A single pixel, being contiguous in every layout, goes through another kernel: left out.
    sizes = [s for s in SIZES if s not in ((1000, 800, 1, 1), (1, 1, 7, 5))] + [(640, 480, 1067, 800), (28, 28, 256, 255), (300, 200, 120, 80)]
    for kind in ("noise", "waves"):
        for w, h, dw, dh in sizes:
            # Contiguous as torchvision.transforms.ToTensor gives it: other layouts round in another order.
            planes = np.ascontiguousarray(drawn(kind, w, h).transpose(2, 0, 1)).astype(np.float32) / np.float32(255)
            out = torch.nn.functional.interpolate(torch.from_numpy(planes)[None], size=(dh, dw), mode="bilinear",
                                                  align_corners=False)[0].numpy()
            cases.append(dict(filter="torch", kind=kind, size=[w, h, dw, dh], sha256=sha(out),
                              head=out.reshape(-1)[:24].view(np.uint32).tolist()))
    write_json(ROOT / "picture/resample/testdata/torch.json.gz", cases)


PARTS = {"resample": resample}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
