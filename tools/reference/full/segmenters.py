"""torchvision's semantic segmenters at full size, and their class maps.

Weights are those of ../semantic.py (put_in_order: how every class comes to be the highest
somewhere stands there), calibrated on one generated picture and its mirror image. Official
files carry the auxiliary classifier too, and so do these.

Followed: the SemanticSegmentation preset on a PIL image (short side 520, Pillow's bilinear
on 8-bit samples), logits enlarged to that size, the best class, and the nearest of those
for each pixel of the picture.
"""
import album
import numpy as np

import semantic
import torch
from keep import ROOT, container, is_kept, keep, reference
from PIL import Image


def model(name):
    m = semantic.official(name)
    rgb = np.asarray(album.scene(480, 360, 77))
    return semantic.put_in_order(m, 100 + list(semantic.OFFICIAL).index(name), [semantic.prepare(rgb, 260), semantic.prepare(rgb[:, ::-1], 260)], half=False)


def run(name, pictures, *_):
    missing = [p for p in pictures if not is_kept(name, p["name"])]
    weights = ROOT / "models" / name / "torch-zip" / f"{name}.pth"
    if not missing and weights.exists():
        return
    if weights.exists():
        m = semantic.official(name).eval()
        m.load_state_dict(torch.load(weights))
    else:
        m = model(name)
        container(name, "torch-zip", {}, lambda p: torch.save(m.state_dict(), p), dict(classes=dict(architecture=semantic.OFFICIAL[name], weights=f"{name}.pth")))
    for p in missing:
        x, logits, best = semantic.answer(m, np.asarray(Image.open(ROOT / "pictures" / p["decoded"])), 520)
        path = reference(name, p["name"]).with_suffix(".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(best.astype(np.uint8)).save(path)
        keep(name, p["name"], dict(map=path.name, classes=len(np.unique(best)), height=best.shape[0], width=best.shape[1]), {"pixels": x, "logits": logits})
        print(name, p["name"], "classes", len(np.unique(best)), flush=True)
