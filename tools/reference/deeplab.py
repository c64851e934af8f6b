"""A tiny random DeepLabV3, and torchvision's class maps with it.

Run from the repository's root:
    python tools/reference/deeplab.py
It writes, below inference/pipeline/testdata/deeplabv3: config.json,
model.safetensors (fp16) and reference.json.gz.
"""
import gzip
import json
import os

import numpy as np
import torch
from maskrcnn import MEAN, STD, NarrowResNet, flat, picture, randomise
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.segmentation.deeplabv3 import ASPP, DeepLabV3

TARGET = "inference/pipeline/testdata/deeplabv3"
CONFIG = dict(model_type="deeplabv3_resnet", stem=4, planes=[2, 3, 4, 5], blocks=[1, 1, 2, 2], replace_stride_with_dilation=[False, True, True],
              atrous_rates=[2, 3, 5, 7], bn_eps=1e-5, resize_size=56, categories=["nothing", "a", "b", "c", "d"])


def build(c, seed):
    body = IntermediateLayerGetter(NarrowResNet(c["stem"], c["planes"], c["blocks"], c["replace_stride_with_dilation"]), {"layer4": "out"})
    n, a = len(c["categories"]), 6
    head = nn.Sequential(ASPP(4 * c["planes"][3], c["atrous_rates"], a), nn.Conv2d(a, a, 3, padding=1, bias=False), nn.BatchNorm2d(a), nn.ReLU(), nn.Conv2d(a, n, 1))
    return randomise(DeepLabV3(body, head), seed)


@torch.no_grad()
def answer(m, c, rgb):
    h, w = rgb.shape[:2]
    s = c["resize_size"]
    rh, rw = (s, int(s * w / h)) if h <= w else (int(s * h / w), s)
    small = np.asarray(Image.fromarray(rgb).resize((rw, rh), Image.BILINEAR)) if (rh, rw) != (h, w) else rgb
    x = torch.from_numpy(small.copy()).permute(2, 0, 1).float() / 255
    x = (x - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    logits = m.classifier(m.backbone(x[None])["out"])
    best = m(x[None])["out"][0].argmax(0).numpy()
    best = best[((2 * np.arange(h) + 1) * rh // (2 * h))[:, None], ((2 * np.arange(w) + 1) * rw // (2 * w))[None]]
    return dict(width=w, height=h, resized=[rh, rw], logits=flat(logits, 3), map="".join(map(str, best.reshape(-1).tolist())))


def main():
    os.makedirs(TARGET, exist_ok=True)
    torch.set_num_threads(1)
    for seed in range(100):
        m = build(CONFIG, seed)
        pictures = [answer(m, CONFIG, picture(*size)) for size in ((131, 97), (40, 150), (64, 56), (300, 31))]
        share = [pictures[0]["map"].count(str(k)) / (131 * 97) for k in range(5)]
        if sorted(share)[-3] > .1:
            break
    else:
        raise SystemExit("no seed gives a varied map")
    save_file({k: v.half() if v.is_floating_point() else v for k, v in m.state_dict().items()}, f"{TARGET}/model.safetensors")
    os.chmod(f"{TARGET}/model.safetensors", 0o644)
    json.dump(CONFIG, open(f"{TARGET}/config.json", "w"), indent=1)
    with gzip.GzipFile(f"{TARGET}/reference.json.gz", "wb", mtime=0) as f:
        f.write(json.dumps(dict(seed=seed, pictures=pictures)).encode())
    print("seed", seed, share)


if __name__ == "__main__":
    main()
