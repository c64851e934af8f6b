"""The pictures of the fidelity run: the repository's samples, generated ones of
every sort (tall, wide, tiny, 20 megapixels, grey, CMYK, palette, alpha, 4:2:0,
4:4:4, progressive), and the photographs of shared/photos (DESCRY_SHARED) if they are there.

Each lies in build/fidelity/pictures as a file, and once more as Pillow decodes it
(NAME.decoded.png: EXIF orientation applied, convert("RGB")): the decoder is compared
with that, so that a difference of decoders is told apart from one of models.
"""
import json
import os
import pathlib
import shutil

import numpy as np
from PIL import Image, ImageDraw, ImageOps

SHARED = pathlib.Path(os.environ.get("DESCRY_SHARED", "../shared"))
PHOTOS = SHARED / "photos"
SAMPLES = pathlib.Path("resources/samples")
WORDS = ("N", "o", "8", "%", "x", "*", "=")


def scene(w, h, seed):
    """Sky, ground, discs, bars and fine texture: RGB, from whole numbers and one seed."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    a, b = rng.integers(30, 226, 3), rng.integers(30, 226, 3)
    t = (y / max(h - 1, 1))[..., None]
    base = a * (1 - t) + b * t
    base += 14 * np.sin(x / (3 + seed % 5) + y / 7)[..., None] * rng.uniform(.3, 1, 3)
    picture = Image.fromarray(base.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    side = min(w, h)
    for _ in range(14):
        cx, cy = rng.integers(0, w), rng.integers(0, h)
        r = int(side * rng.uniform(.04, .3)) + 1
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        kind = rng.integers(0, 4)
        if kind == 0:
            draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=colour)
        elif kind == 1:
            draw.rectangle([cx - r, cy - r // 2, cx + r, cy + r // 2], fill=colour)
        elif kind == 2:
            draw.polygon([(cx, cy - r), (cx + r, cy + r), (cx - r, cy + r // 3)], fill=colour)
        else:
            draw.line([(cx - 2 * r, cy), (cx + r, cy + r)], fill=colour, width=max(r // 8, 1))
    for i in range(6):
        draw.text((int(rng.integers(0, w)), int(rng.integers(0, h))), WORDS[(seed + i) % 7] * 5, fill=(255, 255, 255))
    return picture


def alpha(picture):
    picture = picture.convert("RGBA")
    w, h = picture.size
    picture.putalpha(Image.fromarray(((np.mgrid[0:h, 0:w].sum(0) * 3) % 256).astype(np.uint8)))
    return picture


# name, suffix, width, height, mode, options of Image.save
GENERATED = [
    ("chroma420", "jpg", 641, 427, None, dict(quality=90, subsampling=2)),
    ("tall", "png", 240, 1600, None, {}),
    ("tiny", "png", 7, 5, None, {}),
    ("vast", "jpg", 5472, 3648, None, dict(quality=88, subsampling=2)),
    ("cmyk", "jpg", 700, 500, "CMYK", dict(quality=92)),
    ("grey", "jpg", 612, 800, "L", dict(quality=85)),
    ("wide", "png", 1600, 240, None, {}),
    ("chroma444", "jpg", 640, 480, None, dict(quality=95, subsampling=0)),
    ("alpha", "png", 500, 333, "RGBA", {}),
    ("progressive", "jpg", 800, 533, None, dict(quality=80, progressive=True, subsampling=1)),
    ("coarse", "jpg", 1024, 768, None, dict(quality=30, subsampling=2)),
    ("palette", "png", 320, 320, "P", {}),
    ("small", "jpg", 40, 30, None, dict(quality=75, subsampling=2)),
    ("grey-alpha", "png", 201, 320, "LA", {}),
]


def write(target):
    """Writes what is not there yet; gives pictures.json's list."""
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for name in ("dog.jpg", "truck.jpg", "exif_Portrait_2.jpg", "exif_Landscape_6.jpg"):
        if (PHOTOS / name).exists():
            files.append((name.split(".")[0].lower().replace("_", "-"), PHOTOS / name))
    for seed, (name, suffix, w, h, mode, options) in enumerate(GENERATED):
        path = target / f"{name}.{suffix}"
        if not path.exists():
            picture = scene(w, h, seed)
            if mode in ("RGBA", "LA"):
                picture = alpha(picture)
            if mode == "P":
                picture = picture.quantize(64)
            elif mode:
                picture = picture.convert(mode)
            picture.save(path, **options)
        files.append((name, path))
    files += [(p.stem, p) for p in sorted(SAMPLES.iterdir())]
    listed = []
    for name, path in files:
        copy = target / f"{name}{path.suffix}"
        if not copy.exists():
            shutil.copyfile(path, copy)
        decoded = target / f"{name}.decoded.png"
        if not decoded.exists():
            load(copy).save(str(decoded) + ".part", format="png", compress_level=1)
            os.replace(str(decoded) + ".part", decoded)
        listed.append(dict(name=name, file=copy.name, decoded=decoded.name))
    (target / "pictures.json").write_text(json.dumps(listed, indent=1))
    return listed


def load(path):
    """A file as every official pipeline is handed it."""
    Image.MAX_IMAGE_PIXELS = None
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")
