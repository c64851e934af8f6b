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
import io
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image

import jpegfile

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


def scene(w, h):
    """A smooth picture with a few hard, coloured edges, as photographs have."""
    y, x = np.mgrid[0:h, 0:w].astype(np.float64)
    r = 120 + 90 * np.sin(x / 9) * np.cos(y / 13)
    g = 110 + 80 * np.cos(x / 17 + y / 11)
    b = 90 + 70 * np.sin((x + 2 * y) / 23)
    a = np.stack([r, g, b], 2)
    a[(x - w * 0.35) ** 2 + (y - h * 0.4) ** 2 < (min(w, h) * 0.22) ** 2] = (230, 40, 30)
    a[int(h * 0.7):int(h * 0.85), int(w * 0.5):int(w * 0.9)] = (20, 60, 220)
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def alpha_of(w, h):
    y, x = np.mgrid[0:h, 0:w]
    return Image.fromarray(((x * 255 // max(w - 1, 1)) ^ (y % 7 * 3)).astype(np.uint8))


def saved(img, fmt, **options):
    out = io.BytesIO()
    img.save(out, fmt, **options)
    return out.getvalue()


def magick(img, suffix, *options):
    """ImageMagick writes what Pillow cannot (the command "convert")."""
    with tempfile.TemporaryDirectory() as d:
        src, dst = f"{d}/in.png", f"{d}/out.{suffix}"
        img.save(src)
        subprocess.run(["convert", src, "-strip", *options, dst if ":" not in suffix else f"{suffix.split(':')[0]}:{d}/out"], check=True)
        return pathlib.Path(dst if ":" not in suffix else f"{d}/out").read_bytes()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(samples, depth, color, *extra):
    """A PNG of h×w×c samples of the given depth; bytes of 16 bits big-endian."""
    h, w, c = samples.shape
    bits = ((samples.reshape(h, w * c)[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8).reshape(h, -1)
    rows = b"".join(b"\0" + np.packbits(r).tobytes() for r in bits)
    head = struct.pack(">IIBBBBB", w, h, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(extra) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def segments(jpeg):
    """Splits a JPEG into its segments before the first scan, and the rest."""
    at, out = 2, []
    while jpeg[at + 1] != 0xDA:
        n = struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        out.append(jpeg[at:at + 2 + n])
        at += 2 + n
    return out, jpeg[at:]


def adobe(jpeg, transform):
    """The same JPEG with Adobe's marker of this transform (None: without), without JFIF."""
    parts, rest = segments(jpeg)
    marker = b"" if transform is None else b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0" + bytes([transform])
    return b"\xff\xd8" + marker + b"".join(p for p in parts if p[1] not in (0xE0, 0xEE)) + rest


def jpegs():
    big, img = scene(123, 91), scene(45, 35)
    for name, code in (("444", 0), ("422", 1), ("420", 2)):
        yield f"{name}.jpg", saved(big, "JPEG", quality=90, subsampling=code)
    for name, factors in (("440", "1x2"), ("411", "4x1"), ("410", "4x2")):
        yield f"{name}.jpg", magick(img, "jpg", "-quality", "90", "-sampling-factor", factors)
    yield "q50.jpg", saved(img, "JPEG", quality=50)
    yield "progressive.jpg", saved(big, "JPEG", quality=85, progressive=True)
    yield "progressive422.jpg", saved(img, "JPEG", quality=85, progressive=True, subsampling=1)
    yield "gray.jpg", saved(img.convert("L"), "JPEG", quality=90)
    yield "rgb.jpg", adobe(saved(img, "JPEG", quality=90, subsampling=0), 0)
    cmyk = saved(img.convert("CMYK"), "JPEG", quality=90)
    yield "cmyk.jpg", adobe(cmyk, 0)
    yield "ycck.jpg", adobe(cmyk, 2)
    yield "cmyk_plain.jpg", adobe(cmyk, None)
    yield "ycck420.jpg", adobe(magick(img, "jpg", "-colorspace", "CMYK", "-quality", "90", "-sampling-factor", "2x2,1x1,1x1,2x2"), 2)
    for w, h in ((1, 1), (2, 2), (3, 2), (4, 5), (5, 4), (17, 16), (1, 300), (300, 1)):
        yield f"{w}x{h}.jpg", saved(scene(w, h), "JPEG", quality=90, subsampling=2)
    yield "5x3_422.jpg", saved(scene(5, 3), "JPEG", quality=90, subsampling=1)
    yield "3x9_422.jpg", saved(scene(3, 9), "JPEG", quality=90, subsampling=1)
    yield "q1.jpg", saved(big, "JPEG", quality=1)
    yield "q100.jpg", saved(img, "JPEG", quality=100, subsampling=0)
    noise = Image.fromarray(np.random.RandomState(3).randint(0, 256, (37, 53, 3), np.uint8))
    yield "noise.jpg", saved(noise, "JPEG", quality=100, subsampling=0)
    yield "noise_q1.jpg", saved(noise, "JPEG", quality=1)
    edges = Image.fromarray(np.random.RandomState(4).randint(0, 2, (40, 48, 3), np.uint8) * 255)
    yield "extremes.jpg", saved(edges, "JPEG", quality=20, subsampling=0)
    yield "optimised.jpg", saved(big, "JPEG", quality=80, optimize=True)
    yield "wide_tables.jpg", saved(img, "JPEG", qtables=[[300 + 11 * i for i in range(64)], [290 + 7 * i for i in range(64)]])
    yield "progressive_q100.jpg", saved(scene(47, 39), "JPEG", quality=100, progressive=True)
    yield "progressive_noise.jpg", saved(noise, "JPEG", quality=95, progressive=True)
    yield "progressive_gray.jpg", saved(scene(47, 39).convert("L"), "JPEG", quality=90, progressive=True)
    yield "progressive_cmyk.jpg", saved(img.convert("CMYK"), "JPEG", quality=90, progressive=True)
    for w, h in ((1, 1), (9, 17), (33, 15), (3, 50)):
        yield f"progressive{w}x{h}.jpg", saved(scene(w, h), "JPEG", quality=90, progressive=True)


def pngs():
    img = scene(37, 29)
    gray = np.asarray(img.convert("L"))[:, :, None].astype(np.int64)
    rgb = np.asarray(img).astype(np.int64)
    alpha = np.asarray(alpha_of(37, 29))[:, :, None].astype(np.int64)
    low = (np.arange(37 * 29).reshape(29, 37, 1) * 37) & 255
    for depth in (1, 2, 4, 8):
        yield f"gray{depth}.png", png(gray >> (8 - depth), depth, 0)
    yield "gray4_trns.png", png(gray >> 4, 4, 0, chunk(b"tRNS", b"\0\x07"))
    yield "gray16.png", png(gray << 8 | low, 16, 0)
    yield "rgb8.png", png(rgb, 8, 2)
    yield "rgb8_trns.png", png(rgb, 8, 2, chunk(b"tRNS", struct.pack(">HHH", 230, 40, 30)))
    yield "rgb16.png", png(rgb << 8 | low, 16, 2)
    for depth in (1, 2, 4, 8):
        colors = np.asarray(scene(1 << depth, 1)).tobytes()
        index = gray >> (8 - depth)
        yield f"palette{depth}.png", png(index, depth, 3, chunk(b"PLTE", colors))
        yield f"palette{depth}_trns.png", png(index, depth, 3, chunk(b"PLTE", colors), chunk(b"tRNS", b"\x00\x80"))
    yield "la8.png", png(np.concatenate([gray, alpha], 2), 8, 4)
    yield "la16.png", png(np.concatenate([gray, alpha], 2) << 8 | low, 16, 4)
    yield "rgba8.png", png(np.concatenate([rgb, alpha], 2), 8, 6)
    yield "rgba16.png", png(np.concatenate([rgb, alpha], 2) << 8 | low, 16, 6)
    yield "interlaced.png", magick(img, "png", "-interlace", "PNG")
    yield "1x1.png", png(rgb[:1, :1], 8, 2)
    yield "1x300.png", png(np.asarray(scene(1, 300)).astype(np.int64), 8, 2)


def gifs():
    img = scene(41, 33)
    p = img.quantize(60, dither=0)
    yield "plain.gif", saved(p, "GIF", interlace=0)
    yield "interlaced.gif", saved(p, "GIF", interlace=1)
    yield "gray.gif", saved(img.convert("L"), "GIF")
    yield "transparent.gif", saved(p, "GIF", transparency=5)
    frames = [scene(41 + 0 * i, 33).rotate(i * 20).quantize(30, dither=0) for i in range(3)]
    yield "animated.gif", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    yield "offset.gif", magick(img.crop((0, 0, 20, 15)), "gif", "-colors", "32", "-page", "41x33+7+9")
    clear = img.crop((0, 0, 20, 15)).convert("RGBA")
    clear.putpixel((3, 3), (0, 0, 0, 0))
    yield "offset_transparent.gif", magick(clear, "gif", "-colors", "32", "-page", "41x33+7+9")


def bmps():
    img = scene(35, 27)
    yield "1.bmp", saved(img.convert("1"), "BMP")
    yield "8.bmp", saved(img.quantize(200, dither=0), "BMP")
    yield "gray.bmp", saved(img.convert("L"), "BMP")
    yield "24.bmp", saved(img, "BMP")
    yield "4.bmp", magick(img, "bmp", "-colors", "16", "-type", "Palette")
    yield "v3.bmp", magick(img, "bmp3:", "-type", "TrueColor")
    yield "os2.bmp", magick(img, "bmp2:", "-type", "TrueColor")
    rgba = img.copy()
    rgba.putalpha(alpha_of(35, 27))
    yield "alpha.bmp", magick(rgba, "bmp")
    yield "32.bmp", saved(rgba, "BMP")
    flat = saved(img, "BMP")
    stride = (35 * 3 + 3) // 4 * 4
    rows = [flat[54 + i * stride:54 + (i + 1) * stride] for i in range(27)]
    yield "topdown.bmp", flat[:22] + struct.pack("<i", -27) + flat[26:54] + b"".join(reversed(rows))


def tiffs():
    img = scene(45, 31)
    yield "plain.tif", saved(img, "TIFF")
    for c in ("lzw", "deflate", "packbits"):
        yield f"{c}.tif", saved(img, "TIFF", compression="packbits" if c == "packbits" else f"tiff_{c}")
    yield "predictor.tif", saved(img, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    yield "1.tif", saved(img.convert("1"), "TIFF")
    yield "g4.tif", saved(img.convert("1"), "TIFF", compression="group4")
    yield "gray.tif", saved(img.convert("L"), "TIFF")
    yield "palette.tif", saved(img.quantize(90, dither=0), "TIFF")
    low = np.asarray(img.convert("L")).astype(np.uint16) * 257 - 3
    yield "gray16.tif", saved(Image.fromarray(low.astype(np.uint16)), "TIFF")
    rgba = img.copy()
    rgba.putalpha(alpha_of(45, 31))
    yield "rgba.tif", saved(rgba, "TIFF")
    yield "rgb16.tif", magick(img, "tif", "-depth", "16", "-compress", "LZW")
    yield "bigendian.tif", magick(img, "tif", "-endian", "MSB", "-compress", "None")
    yield "tiled.tif", magick(img, "tif", "-define", "tiff:tile-geometry=16x16", "-compress", "Zip")
    yield "associated.tif", magick(rgba, "tif", "-define", "tiff:alpha=associated", "-compress", "None")


def webps():
    img = scene(45, 31)
    rgba = img.copy()
    rgba.putalpha(alpha_of(45, 31))
    yield "lossy.webp", saved(scene(130, 90), "WEBP", quality=80)
    for w, h in ((67, 53), (1, 1), (2, 3), (33, 1), (1, 34)):
        yield f"lossy{w}x{h}.webp", saved(scene(w, h), "WEBP", quality=90)
    yield "lossy_alpha.webp", saved(rgba, "WEBP", quality=85)
    yield "lossless.webp", saved(img, "WEBP", lossless=True)
    yield "lossless_alpha.webp", saved(rgba, "WEBP", lossless=True, exact=True)
    frames = [rgba.rotate(20 * i) for i in range(3)]
    yield "animated.webp", saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True, duration=90)
    yield "animated_lossy.webp", saved(img, "WEBP", save_all=True, append_images=[img.rotate(9)], quality=80, duration=90)


def oriented():
    """The same upright picture, stored in all eight ways."""
    img = scene(13, 7)
    undo = {1: None, 2: Image.FLIP_LEFT_RIGHT, 3: Image.ROTATE_180, 4: Image.FLIP_TOP_BOTTOM, 5: Image.TRANSPOSE,
            6: Image.ROTATE_90, 7: Image.TRANSVERSE, 8: Image.ROTATE_270}
    for n, method in undo.items():
        stored = img if method is None else img.transpose(method)
        exif = Image.Exif()
        exif[0x0112] = n
        yield f"orientation{n}.png", saved(stored, "PNG", exif=exif)
        yield f"orientation{n}.tif", saved(stored, "TIFF", tiffinfo={0x0112: n})
        yield f"orientation{n}.webp", saved(stored, "WEBP", lossless=True, exif=exif)


# Pillow 9.4 clips 16-bit grey at 255 when it converts to RGB; the rule here is the high byte.
HIGH_BYTE = {"gray16.png", "gray16.tif"}


def pictures():
    folder = ROOT / "picture/testdata"
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for maker in (jpegs, jpegfile.jpegs, pngs, gifs, bmps, tiffs, webps, oriented):
        for name, data in maker():
            (folder / name).write_bytes(data)
            img = Image.open(io.BytesIO(data))
            upright = img
            if maker is oriented:
                upright = scene(13, 7)
            if name in HIGH_BYTE:
                rgb = np.repeat((np.asarray(img).astype(np.uint32) >> 8).astype(np.uint8)[:, :, None], 3, 2)
            else:
                rgb = np.asarray(upright.convert("RGB"))
            case = dict(file=name, mode=img.mode, size=[rgb.shape[1], rgb.shape[0]], sha256=sha(rgb))
            if "A" in img.getbands() or "transparency" in img.info:
                a = np.asarray(img.convert("RGBA"))[:, :, 3]
                if name == "gray4_trns.png":  # Pillow compares the 4-bit value with the 8-bit one
                    a = np.where(rgb[:, :, 0] == 7 * 17, 0, 255).astype(np.uint8)
                case["alpha"] = sha(a)
            cases.append(case)
    write_json(folder / "reference.json.gz", cases)


PARTS = {"resample": resample, "pictures": pictures}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
