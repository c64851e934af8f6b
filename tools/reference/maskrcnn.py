"""Two tiny random Mask R-CNNs, and what torchvision makes of a picture with them.

Run from the repository's root:
    python tools/reference/maskrcnn.py
It writes, below inference/pipeline/testdata/maskrcnn, for v1 (old spelling of the
keys, eps 0) and v2 (batch norm throughout, new spelling): NAME.json (the
configuration), NAME.safetensors (fp16) and NAME.reference.json.gz with the
results of each stage. The picture is a formula, see picture().

With the starter models (../shared/starter, or the folder given as argument) it
also writes starter.fp16.json.gz: what torchvision finds on the scenes with the
weights in half precision, which is not always what it finds with the full ones.
"""
import gzip
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead, FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.resnet import Bottleneck, ResNet

TARGET = "inference/pipeline/testdata/maskrcnn"
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def picture(w, h):
    """Blobs and ramps that whole numbers describe: uint8 [h, w, 3]."""
    y, x, c = np.mgrid[0:h, 0:w, 0:3].astype(np.int64)
    ramp = (5 * x + 3 * y + 40 * c) % 256
    blob = ((x // 9 + y // 7) % 3 == 0) * (60 + 50 * c)
    return ((ramp + blob + x * y % 13) % 256).astype(np.uint8)


class NarrowResNet(ResNet):
    """torchvision's ResNet with other numbers of channels and blocks."""

    def __init__(self, stem, planes, blocks, dilate=(False, False, False)):
        nn.Module.__init__(self)
        self._norm_layer, self.groups, self.base_width, self.dilation, self.inplanes = nn.BatchNorm2d, 1, 64, 1, stem
        self.conv1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False)
        self.bn1, self.relu, self.maxpool = nn.BatchNorm2d(stem), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        for i, (p, n) in enumerate(zip(planes, blocks)):
            layer = self._make_layer(Bottleneck, p, n, stride=1 if i == 0 else 2, dilate=i > 0 and dilate[i - 1])
            setattr(self, f"layer{i + 1}", layer)


def randomise(model, seed):
    """Random weights that keep their scale from layer to layer, exact in fp16."""
    g = torch.Generator().manual_seed(seed)
    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear, nn.ConvTranspose2d)):
            fan = m.weight[0].numel()
            m.weight.data = torch.randn(m.weight.shape, generator=g) * (2 / fan) ** .5
            if m.bias is not None:
                m.bias.data = torch.randn(m.bias.shape, generator=g) * .1
        if isinstance(m, nn.BatchNorm2d):
            for t, low, high in ((m.weight, .8, 1.2), (m.bias, -.1, .1), (m.running_mean, -.2, .2), (m.running_var, .6, 1.5)):
                t.data = torch.rand(t.shape, generator=g) * (high - low) + low
    for t in model.state_dict().values():
        if t.is_floating_point():
            t.copy_(t.half().float())
    return model.eval()


CONFIGS = {
    "v1": dict(model_type="maskrcnn_resnet_fpn", num_classes=7, stem=4, planes=[2, 3, 4, 5], blocks=[1, 2, 1, 1], min_size=72, max_size=120,
               size_rule="float32", anchor_sizes=[[8], [16], [32], [48], [64]], aspect_ratios=[.5, 1., 2.], bn_eps=0., rpn_pre_nms_top_n=300,
               rpn_post_nms_top_n=200, box_score_thresh=.3, categories={"1": "one", "3": "three"}),
    "v2": dict(model_type="maskrcnn_resnet_fpn", num_classes=5, stem=4, planes=[2, 3, 4, 5], blocks=[1, 1, 2, 1], min_size=64, max_size=100,
               size_rule="float32", anchor_sizes=[[8], [16], [32], [48], [64]], aspect_ratios=[[.5, 1.]] * 5, bn_eps=1e-5,
               image_mean=[.5, .4, .3], image_std=[.2, .3, .4], box_score_thresh=.3, box_detections_per_img=12, rpn_nms_thresh=.6),
}


def build(name, c, seed):
    v2, f, box, hidden = name == "v2", c.get("fpn_channels", 8), c.get("box_head", 20), tuple(c.get("mask_layers", (6, 6, 6, 6)))
    norm = nn.BatchNorm2d if v2 else None
    body = NarrowResNet(c["stem"], c["planes"], c["blocks"])
    backbone = BackboneWithFPN(body, {f"layer{i}": str(i - 1) for i in (1, 2, 3, 4)}, [4 * p for p in c["planes"]], f, norm_layer=norm)
    ratios = c["aspect_ratios"] if isinstance(c["aspect_ratios"][0], list) else [c["aspect_ratios"]] * 5
    box_head = FastRCNNConvFCHead((f, 7, 7), [6, 6, 6, 6], [box], norm_layer=norm) if v2 else TwoMLPHead(f * 49, box)
    m = MaskRCNN(backbone, min_size=c["min_size"], max_size=c["max_size"], image_mean=c.get("image_mean", MEAN), image_std=c.get("image_std", STD),
                 rpn_anchor_generator=AnchorGenerator(tuple(map(tuple, c["anchor_sizes"])), tuple(map(tuple, ratios))),
                 rpn_head=RPNHead(f, len(ratios[0]), conv_depth=2 if v2 else 1), rpn_pre_nms_top_n_test=c.get("rpn_pre_nms_top_n", 1000),
                 rpn_post_nms_top_n_test=c.get("rpn_post_nms_top_n", 1000), rpn_nms_thresh=c.get("rpn_nms_thresh", .7),
                 box_score_thresh=c["box_score_thresh"], box_detections_per_img=c.get("box_detections_per_img", 100), box_head=box_head,
                 box_predictor=FastRCNNPredictor(box, c["num_classes"]), mask_head=MaskRCNNHeads(f, hidden, 1, norm_layer=norm),
                 mask_predictor=MaskRCNNPredictor(hidden[-1], hidden[-1], c["num_classes"]))
    randomise(m, seed)
    m.rpn.head.bbox_pred.weight.data *= .25
    m.roi_heads.box_predictor.cls_score.weight.data *= 2
    for x in m.modules():
        if isinstance(x, nn.BatchNorm2d):
            x.eps = c["bn_eps"]
    return m


def old_spelling(state):
    """The keys of files from before torchvision 0.13, without num_batches_tracked."""
    out = {}
    for k, v in state.items():
        if k.endswith("num_batches_tracked"):
            continue
        p = k.split(".")
        if p[1] == "fpn":
            del p[4]
        k = ".".join(p).replace("rpn.head.conv.0.0.", "rpn.head.conv.")
        if k.startswith("roi_heads.mask_head."):
            k = f"roi_heads.mask_head.mask_fcn{int(p[2]) + 1}.{p[4]}"
        out[k] = v
    return out


def runs(bits):
    """Uncompressed run lengths, column by column, background first."""
    flat = np.concatenate([[0], bits.T.reshape(-1).astype(np.int8), [0]]) if bits.any() else np.zeros(1, np.int8)
    edges = np.flatnonzero(np.diff(flat))
    out = np.diff(np.concatenate([[0], edges, [bits.size]])).tolist()
    return out[:-1] if len(out) > 1 and out[-1] == 0 else out


def flat(t, every=1, digits=6):
    return [float(f"{v:.{digits}g}") for v in t.detach().reshape(-1)[::every].tolist()]


@torch.no_grad()
def stages(m, rgb):
    seen = {}
    m.rpn.register_forward_hook(lambda _, i, o: seen.update(features=i[1], proposals=o[0][0]))
    m.roi_heads.register_forward_hook(lambda _, i, o: seen.update(found=o[0][0]["boxes"], masks=o[0][0]["masks"]))
    x = torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255
    images, _ = m.transform([x])
    got = m([x])[0]
    return dict(width=rgb.shape[1], height=rgb.shape[0], resized=list(images.image_sizes[0]), padded=list(images.tensors.shape[-2:]),
                pixels=flat(images.tensors, 23), maps=[flat(v, 5, 5) for v in list(seen["features"].values())[:4]], proposals=flat(seen["proposals"]),
                boxes=flat(got["boxes"], digits=7), scores=flat(got["scores"], digits=7), labels=got["labels"].tolist(),
                masks=flat(seen["masks"], 11, 5), runs=[runs(v[0].numpy() > .5) for v in got["masks"]])


@torch.no_grad()
def starter(folder):
    """What is found on the scenes with score 0.3 and more, with fp16 weights."""
    m = build("v1", json.load(open(f"{folder}/set/maskrcnn/config.json")), 0)
    state = {k: v.float() for k, v in load_file(f"{folder}/containers/maskrcnn.model.fp16.safetensors").items()}
    wrong = m.load_state_dict(state, strict=False)
    assert not wrong.unexpected_keys and all(k.endswith("num_batches_tracked") for k in wrong.missing_keys), wrong
    scenes = []
    for s in json.load(open(f"{folder}/reference.json"))["scenes"]:
        rgb = np.asarray(Image.open(f"{folder}/scenes/{s['file']}").convert("RGB"))
        got = m([torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255])[0]
        n = int((got["scores"] >= .3).sum())
        scenes.append(dict(file=s["file"], width=s["width"], height=s["height"], instances=[
            dict(category_id=got["labels"][i].item(), score=round(got["scores"][i].item(), 5), box=[round(v, 3) for v in got["boxes"][i].tolist()],
                 mask_over_half_rle=runs(got["masks"][i, 0].numpy() > .5)) for i in range(n)]))
    with gzip.GzipFile(f"{TARGET}/starter.fp16.json.gz", "wb", mtime=0) as f:
        f.write(json.dumps(dict(scenes=scenes)).encode())


def main():
    os.makedirs(TARGET, exist_ok=True)
    torch.set_num_threads(1)
    for name, c in CONFIGS.items():
        for seed in range(1000):
            m = build(name, c, seed)
            r = stages(m, picture(131, 97))
            n, s = len(r["scores"]), np.array(r["scores"] + [c["box_score_thresh"]])
            area = sum(sum(q[1::2]) for q in r["runs"])
            if 6 <= n <= 14 and len(set(r["labels"])) > 2 and np.abs(np.diff(s)).min() > 2e-4 and area > 300:
                break
        else:
            raise SystemExit("no seed gives some objects")
        state = m.state_dict() if name == "v2" else old_spelling(m.state_dict())
        save_file({k: v.half() if v.is_floating_point() else v for k, v in state.items()}, f"{TARGET}/{name}.safetensors")
        os.chmod(f"{TARGET}/{name}.safetensors", 0o644)
        json.dump(c, open(f"{TARGET}/{name}.json", "w"), indent=1)
        with gzip.GzipFile(f"{TARGET}/{name}.reference.json.gz", "wb", mtime=0) as f:
            f.write(json.dumps(dict(seed=seed, pictures=[r] + [stages(m, picture(*size)) for size in ((40, 150), (64, 64))])).encode())
        print(name, "seed", seed, "objects", n, r["scores"])
    folder = sys.argv[1] if len(sys.argv) > 1 else "../shared/starter"
    if os.path.isdir(folder):
        starter(folder)


if __name__ == "__main__":
    main()
