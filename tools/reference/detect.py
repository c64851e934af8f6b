"""What torchvision's bookkeeping around the detector's networks gives.

Run from the repository's root:
    python tools/reference/detect.py
It writes inference/detect/testdata/reference.json.gz.
"""
import gzip
import json
import os

import numpy as np
import torch
from maskrcnn import flat, runs
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.roi_heads import paste_masks_in_image
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes
from torchvision.ops.boxes import batched_nms
from torchvision.ops.poolers import LevelMapper

TARGET = "inference/detect/testdata"
G = torch.Generator().manual_seed(4)


def rand(*shape):
    return torch.rand(shape, generator=G)


def boxes(n, w, h, least, most):
    corner = rand(n, 2) * torch.tensor([w, h])
    size = rand(n, 2) * (most - least) + least
    return torch.cat([corner, corner + size], 1)


def sizes():
    """Short sides at which the precision of the scale decides, and odd shapes."""
    out = []
    for w, h, low, high in [(480, 640, 800, 1333), (768, 1024, 800, 1333), (97, 211, 800, 1333), (1080, 1920, 800, 1333), (2000, 500, 800, 1333),
                            (100, 100, 800, 1333), (770, 1000, 800, 1333), (318, 270, 256, 384), (201, 320, 256, 384), (7, 3, 256, 384)] + [
                                (n, 320, 256, 384) for n in range(192, 321)]:
        # a mean of 1 x 1 pixels says nothing here: only the size is looked at
        x = torch.zeros(1, h, w)
        t = GeneralizedRCNNTransform(low, high, [0.], [1.])
        out.append([w, h, low, high, *reversed(t.resize(x)[0].shape[-2:])])
    return out


def anchors():
    g = AnchorGenerator(((32,), (64,), (24, 96)), ((.5, 1., 2.), (.5, 1., 2.), (.4, 1.7)))
    grids = [(13, 17), (7, 9), (3, 4)]
    all_ = g(ImageList(torch.zeros(1, 3, 104, 136), [(100, 130)]), [torch.zeros(1, 1, *s) for s in grids])[0]
    return dict(grids=grids, boxes=flat(all_, digits=9))


def suppression():
    out = []
    for n, classes, threshold in ((40, 1, .5), (300, 4, .7), (1000, 5, .5), (1001, 5, .7), (1800, 3, .6)):
        b, s = boxes(n, 300, 200, 5, 120), (rand(n) * 200).round() / 200  # many equal scores
        k = torch.randint(0, classes, (n,), generator=G)
        b, s = (b * 64).round() / 64, s
        out.append(dict(boxes=[int(v * 64) for v in b.reshape(-1).tolist()], scores=[int(round(v * 200)) for v in s.tolist()], classes=k.tolist(),
                        threshold=threshold, kept=batched_nms(b, s, k, threshold).tolist()))
    return out


def pasted():
    b = torch.tensor([[10.3, 5.2, 60.7, 48.9], [-8.2, -3.1, 30, 20], [70, 30, 120.5, 90.2], [20.2, 20.1, 20.4, 20.3], [0, 0, 97, 61], [50.5, 10, 50.9, 60],
                      [3, 58, 94, 60.5], [96.2, 0.1, 96.9, 60.9]])
    m = rand(len(b), 1, 28, 28)
    m[0, 0] = torch.sigmoid(6 - torch.hypot(torch.arange(28.)[:, None] - 13, torch.arange(28.)[None] - 14))
    m = (m * 255).round() / 255
    p = paste_masks_in_image(m, b, (61, 97))
    return dict(width=97, height=61, boxes=flat(b, digits=9), masks=[[int(round(v * 255)) for v in q.reshape(-1).tolist()] for q in m],
                runs=[runs(q[0].numpy() > .5) for q in p])


def main():
    os.makedirs(TARGET, exist_ok=True)
    reference, deltas = boxes(60, 300, 200, 1, 200), torch.randn(60, 4, generator=G) * torch.tensor([8., 8., 6., 6.])
    leveled = torch.cat([boxes(60, 50, 50, 0, 800), torch.tensor([[0, 0, s, s] for s in (0., 1., 111.9, 112, 112.1, 223.9, 224, 447.9, 448, 449, 2000)])])
    r = dict(sizes=sizes(), anchors=anchors(), suppression=suppression(), pasted=pasted(),
             coder=dict(reference=flat(reference, digits=9), deltas=flat(deltas, digits=9),
                        rpn=flat(BoxCoder((1., 1., 1., 1.)).decode_single(deltas, reference), digits=9),
                        box=flat(BoxCoder((10., 10., 5., 5.)).decode_single(deltas, reference), digits=9)),
             levels=dict(boxes=flat(leveled, digits=9), levels=LevelMapper(2, 5)([leveled]).tolist()),
             rescale=dict(boxes=flat(reference, digits=9), scaled=flat(resize_boxes(reference, [255, 301], [270, 318]), digits=9)))
    with gzip.GzipFile(f"{TARGET}/reference.json.gz", "wb", mtime=0) as f:
        f.write(json.dumps(r).encode())


if __name__ == "__main__":
    main()
