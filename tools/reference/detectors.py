"""Random weights of detectors: torchvision's Mask R-CNN and Faster R-CNN, of full
size or narrow, whose outputs are not degenerate, in the containers and spellings
of the official files.

How the weights are made (randomise): every convolution and matrix gets normal
numbers; then the model runs once over
small copies of the pictures, and on the way
- each batch norm takes the mean and variance of what it is given, and the last
  one of each residual block is damped, so that the body neither dies nor explodes;
- each layer without a norm is scaled so that its output has a standard deviation
  of one, the objectness 2, the proposals' deltas 0.25, the boxes' deltas 0.5;
  proposals grow e^GROWTH times, so that suppression leaves few of them and they
  come from all four maps;
- each class's mask is brought to mean 0 over the objects (its bias) and to a
  standard deviation of 3 (its row).
Then all pictures run, and from what their proposals look like
- each class's score gets mean 0 and a standard deviation of SPREAD over the
  proposals, after what tells whole pictures apart was taken out of its row, so
  that every class wins somewhere and none everywhere;
- the background's bias is found by bisection so that about WANTED objects have a
  score above box_score_thresh after suppression.

    m = official("maskrcnn-v1", seed=1)     # or -v2, fasterrcnn-v1, -v2
    save(m, "maskrcnn-v1", "maskrcnn_resnet50_fpn_coco-random.pth")
    boxes, scores, labels, masks = found(m, picture(seed, width, height))

v1 is saved with the keys of the 2019 file in the legacy container, v2 with
today's in the zip.
"""
import math
import sys
import time

import numpy as np
import torch
import torchvision
from maskrcnn import old_spelling
from torch import nn
from torchvision.models.detection import FasterRCNN, MaskRCNN
from torchvision.models.detection._utils import overwrite_eps
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import _resnet_fpn_extractor
from torchvision.models.detection.faster_rcnn import FastRCNNConvFCHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads
from torchvision.models.detection.roi_heads import expand_boxes, expand_masks, paste_mask_in_image
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.detection.transform import resize_boxes
from torchvision.ops.misc import FrozenBatchNorm2d

NORMS = (nn.BatchNorm2d, FrozenBatchNorm2d)
WANTED = 20
SPREAD = 4
GROWTH = 1.2
SMALL = 256
NAMES = ("maskrcnn-v1", "maskrcnn-v2", "fasterrcnn-v1", "fasterrcnn-v2")


class Lcg:
    """Whole numbers that Go makes too (Knuth's MMIX generator)."""

    def __init__(self, seed):
        self.state = seed * 2862933555777941757 + 3037000493 & (1 << 64) - 1

    def below(self, n):
        self.state = self.state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        return (self.state >> 33) % n


def picture(seed, w, h):
    """A scene that whole numbers describe, uint8 [h, w, 3]: ramps, a texture, and
    twelve striped rectangles and ellipses."""
    r = Lcg(seed)
    a, b = 1 + r.below(4), 1 + r.below(4)
    y, x = np.mgrid[0:h, 0:w].astype(np.int64)
    out = np.empty((h, w, 3), np.uint8)
    for c in range(3):
        out[..., c] = (a * 128 * x // w + b * 96 * y // h + 40 * c + (x * y + seed) % 13) % 256
    for _ in range(12):
        rw, rh, cx, cy = 1 + r.below(w) // 4, 1 + r.below(h) // 4, r.below(w), r.below(h)
        round_, stripe, colour = r.below(2), 2 + r.below(20), [r.below(256) for _ in range(3)]
        x0, x1, y0, y1 = max(cx - rw, 0), min(cx + rw, w), max(cy - rh, 0), min(cy + rh, h)
        xx, yy = x[y0:y1, x0:x1], y[y0:y1, x0:x1]
        inside = ((xx - cx) * rh) ** 2 + ((yy - cy) * rw) ** 2 <= (rw * rh) ** 2 if round_ else np.ones(xx.shape, bool)
        for c in range(3):
            value = (colour[c] + (xx + 2 * yy) // stripe % 2 * 70) % 256
            out[y0:y1, x0:x1, c][inside] = value[inside]
    return out


def tensor(rgb):
    return torch.from_numpy(rgb.copy()).permute(2, 0, 1).float() / 255


def skeleton(name, depth=50, **kwargs):
    """The official model without weights (models/detection/{mask,faster}_rcnn.py):
    v1 with the frozen norm and eps 0, which its official weights are used with."""
    masks, v2 = name.startswith("mask"), name.endswith("v2")
    resnet = getattr(torchvision.models, f"resnet{depth}")
    if not v2:
        body = resnet(weights=None, norm_layer=FrozenBatchNorm2d)
        model = (MaskRCNN if masks else FasterRCNN)(_resnet_fpn_extractor(body, 3), 91, **kwargs)
        overwrite_eps(model, 0.0)
        return model
    backbone = _resnet_fpn_extractor(resnet(weights=None), 3, norm_layer=nn.BatchNorm2d)
    anchors = AnchorGenerator(((32,), (64,), (128,), (256,), (512,)), ((0.5, 1.0, 2.0),) * 5)
    heads = dict(rpn_head=RPNHead(256, 3, conv_depth=2), box_head=FastRCNNConvFCHead((256, 7, 7), [256] * 4, [1024], norm_layer=nn.BatchNorm2d))
    if masks:
        heads["mask_head"] = MaskRCNNHeads(256, [256] * 4, 1, norm_layer=nn.BatchNorm2d)
    return (MaskRCNN if masks else FasterRCNN)(backbone, 91, rpn_anchor_generator=anchors, **heads, **kwargs)


def official(name, seed, depth=50, pictures=None, **kwargs):
    """An official architecture with random weights. Pictures are those whose
    objects are counted; those that will be compared are best."""
    pictures = pictures or [picture(1000 + i, *s) for i, s in enumerate(((640, 480), (480, 640), (500, 333), (800, 300)))]
    return randomise(skeleton(name, depth, **kwargs), seed, pictures)


@torch.no_grad()
def randomise(model, seed, pictures, half=False):
    """Fills the model with random weights; half rounds them to fp16 at the end."""
    model.eval()
    g = torch.Generator().manual_seed(seed)
    predictor, mask_predictor = model.roi_heads.box_predictor, model.roi_heads.mask_predictor
    for m in model.modules():
        if isinstance(m, (nn.Conv2d, nn.Linear, nn.ConvTranspose2d)):
            m.weight.copy_(torch.randn(m.weight.shape, generator=g) * (2 / m.weight[0].numel()) ** .5)
            if m.bias is not None:
                m.bias.copy_(torch.randn(m.bias.shape, generator=g) * .1)
        if isinstance(m, NORMS):
            m.weight.copy_(torch.rand(m.weight.shape, generator=g) * .4 + .8)
            m.bias.copy_(torch.rand(m.bias.shape, generator=g) * .2 - .1)
    for m in model.modules():
        last = "bn3" if hasattr(m, "bn3") else "bn2"
        if hasattr(m, "downsample") and hasattr(m, last):
            getattr(m, last).weight.mul_(.4)
    model.rpn.head.bbox_pred.bias.view(-1, 4)[:, 2:] += GROWTH
    hooks = spread_hooks(model)
    hooks.append(predictor.register_forward_hook(lambda m, i, o: (by_row(m.cls_score, o[0], SPREAD), o[1])))
    if mask_predictor is not None:
        hooks.append(mask_predictor.mask_fcn_logits.register_forward_hook(lambda m, i, o: by_row(m, o, 3)))
    sizes, model.transform.min_size = model.transform.min_size, (min(SMALL, *model.transform.min_size),)
    model([tensor(p) for p in pictures[:12]])
    model.transform.min_size = sizes
    for h in hooks:
        h.remove()
    classify(model, pictures)
    if half:
        for t in model.state_dict().values():
            if t.is_floating_point():
                t.copy_(t.half().float())
    return model


def classify(model, pictures):
    """Sets the class scores from what all pictures' proposals look like: what
    tells whole pictures apart is taken out of the rows, so that no picture has a
    class everywhere; then each row gets its spread, and the background its bias."""
    heads, seen = model.roi_heads, []
    m, least, heads.score_thresh = heads.box_predictor.cls_score, heads.score_thresh, 2.
    hooks = [model.rpn.register_forward_hook(lambda m, i, o: seen.append(dict(proposals=o[0]))),
             heads.box_predictor.register_forward_hook(lambda m, i, o: seen[-1].update(features=i[0], deltas=o[1]))]
    for p in pictures:
        x = model.transform([tensor(p)])[0]
        features = model.backbone(x.tensors)
        proposals, _ = model.rpn(x, features)
        model.roi_heads(features, proposals, x.image_sizes)
        seen[-1]["sizes"] = x.image_sizes
    for h in hooks:
        h.remove()
    heads.score_thresh = least
    means = torch.stack([s["features"].mean(0) for s in seen])
    apart, _ = torch.linalg.qr((means - means.mean(0))[1:].T)
    m.weight.sub_(m.weight @ apart @ apart.T)
    by_row(m, m(torch.cat([s["features"] for s in seen])), SPREAD)
    low, high = -20., 40.
    for _ in range(24):
        middle = (low + high) / 2
        counts = []
        for s in seen:
            logits = m(s["features"])
            logits[:, 0] += middle
            counts.append(len(heads.postprocess_detections(logits, s["deltas"], s["proposals"], s["sizes"])[1][0]))
        low, high = (middle, high) if sum(counts) > WANTED * len(seen) else (low, middle)
    m.bias[0] += (low + high) / 2
    print("objects:", counts, flush=True)


def spread_hooks(model):
    """Hooks that set norms and scales while the model runs for the first time."""
    special = {model.rpn.head.cls_logits: 2., model.rpn.head.bbox_pred: .25, model.roi_heads.box_predictor.bbox_pred: .5}
    skip = {model.roi_heads.box_predictor.cls_score}
    if model.roi_heads.mask_predictor is not None:
        skip.add(model.roi_heads.mask_predictor.mask_fcn_logits)
    normed, previous = set(), None
    for m in model.modules():
        if isinstance(m, NORMS):
            normed.add(previous)
        if isinstance(m, (nn.Conv2d, nn.Linear, nn.ConvTranspose2d, *NORMS)):
            previous = m
    bottleneck = [m for m in model.modules() if hasattr(m, "downsample")]
    for b in bottleneck:  # their norms stand behind the convolutions in the list
        normed.update(c for c in b.modules() if isinstance(c, nn.Conv2d))
    normed.add(model.backbone.body.conv1)
    done = set()

    def take(m, inputs):
        if m not in done:
            done.add(m)
            m.running_mean.copy_(inputs[0].mean((0, 2, 3)))
            m.running_var.copy_(inputs[0].var((0, 2, 3), unbiased=False) + 1e-4)

    def spread(m, _, out):
        if m in done:
            return out  # the heads of the proposals see five levels; the first decides
        done.add(m)
        b = m.bias.view(1, -1, *(1,) * (out.dim() - 2)) if m.bias is not None else 0.
        s = special.get(m, 1.) / (out - b).std()
        m.weight.mul_(s)
        return (out - b) * s + b

    hooks = []
    for m in model.modules():
        if isinstance(m, NORMS):
            hooks.append(m.register_forward_pre_hook(take))
        elif isinstance(m, (nn.Conv2d, nn.Linear, nn.ConvTranspose2d)) and m not in normed and m not in skip:
            hooks.append(m.register_forward_hook(spread))
    return hooks


def by_row(m, out, spread):
    """Gives each output channel mean 0 and the same spread."""
    rows = out.transpose(0, 1).reshape(out.shape[1], -1)
    s = spread / (rows.std(1) + 1e-6)
    shape = (1, -1) + (1,) * (out.dim() - 2)
    m.bias.copy_((m.bias - rows.mean(1)) * s)
    m.weight.mul_(s.view((-1,) + (1,) * (m.weight.dim() - 1)))
    return (out - rows.mean(1).view(shape)) * s.view(shape)


def save(model, name, path):
    """Saves as the official file of that name is: v1 with the old keys in the
    legacy container, v2 in the zip."""
    if name.endswith("v1"):
        torch.save(old_spelling(model.state_dict()), path, _use_new_zipfile_serialization=False)
    else:
        torch.save(model.state_dict(), path)


@torch.no_grad()
def found(model, rgb, dtype=torch.float32, noise=None, prepared=None):
    """What the model finds, in prepared (what its transform gives) where that is at
    hand: boxes [n, 4], scores [n], labels [n], and a function
    that gives mask i as bool [h, w], None without masks. It is the model's own
    forward, but that masks are pasted one by one: a hundred float masks of 20
    megapixels do not fit into memory."""
    if prepared is None:
        prepared = model.transform([tensor(rgb)])[0]
    images = ImageList(prepared.tensors.to(dtype), prepared.image_sizes)
    hook = None
    if noise is not None:  # a millionth, as another order of sums makes it
        def shaken(t):
            return t + 1e-6 * torch.randn(t.shape, generator=noise)
        images.tensors = shaken(images.tensors)
        hook = model.rpn.head.cls_logits.register_forward_hook(lambda m, i, o: shaken(o))
    features = model.backbone(images.tensors)
    proposals, _ = model.rpn(images, features)
    if hook:
        hook.remove()
    got = model.roi_heads(features, proposals, images.image_sizes)[0][0]
    boxes = resize_boxes(got["boxes"], images.image_sizes[0], rgb.shape[:2])
    masks = None
    if "masks" in got:
        padded, scale = expand_masks(got["masks"], padding=1)
        whole = expand_boxes(boxes, scale).to(torch.int64)

        def pasted(i):
            return paste_mask_in_image(padded[i, 0], whole[i], *rgb.shape[:2]).numpy()

        def masks(i):
            return pasted(i) > .5

        def undecided(i):
            """Which share of the mask's pixels lies within 1e-4 of one half."""
            p = pasted(i)
            return (np.abs(p - .5) < 1e-4).sum() / max((p > .5).sum(), 1)
        masks.undecided = undecided
        masks.over = whole  # the whole pixels that each is pasted over
    return boxes, got["scores"], got["labels"], masks


def main():
    """Tries one official architecture: name, seed, and a smaller size of pictures.
    Without arguments there is nothing to write: detector_twins.py makes references."""
    if len(sys.argv) < 3:
        return
    torch.set_num_threads(1)
    name, seed, kwargs = sys.argv[1], int(sys.argv[2]), {}
    if len(sys.argv) > 3:
        kwargs = dict(min_size=int(sys.argv[3]), max_size=2 * int(sys.argv[3]))
    start = time.time()
    m = official(name, seed, **kwargs)
    print(f"{name}: made in {time.time() - start:.0f} s", flush=True)
    for i, size in enumerate(((640, 480), (480, 640), (1000, 300), (200, 150))):
        start = time.time()
        boxes, scores, labels, masks = found(m, picture(i, *size))
        area = [int(masks(k).sum()) for k in range(min(5, len(scores)))] if masks else []
        gap = float(-scores.diff().max()) if len(scores) > 1 else math.nan
        print(size, len(scores), "objects of", len(set(labels.tolist())), "classes, scores", [round(s, 3) for s in scores.tolist()[:6]],
              "least gap", round(gap, 6), "areas", area, f"{time.time() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
