"""torchvision's semantic segmenters: small twins, and the official ones at full size.

Run from the repository's root:
    python tools/reference/semantic.py
It writes, below inference/pipeline/testdata/semantic: picture.jpg, picture.png and, for
each twin, NAME.json (the configuration), NAME.safetensors (fp16) and
NAME.reference.json.gz; and models/arch/testdata/segmenter_shapes.json.gz, the
names and shapes of the official models' tensors.

    python tools/reference/semantic.py full FOLDER PICTURE [NAME ...]
writes the official architectures in the official container, FOLDER/NAME.pth, with
random weights, and FOLDER/NAME.npz: what they make of the picture.

Random weights give one class everywhere unless they are put in order. Here every
convolution is drawn so that it keeps the scale of what it is given; batch norms
get random scales and shifts near 1 and 0, and the statistics of two pictures that
have gone through the network (as in training, but without learning). A residual
branch's last norm has a fifth of that scale: where branches weigh as much as what
they are added to, each block makes more of a rounding than the one before, a
hundredfold in 33 blocks, which no trained network does. The last layer's weights
are divided by the standard deviation of each class's logits over a picture's
coarse map, and its bias takes their mean away. So every class is the highest
somewhere, and margins are of the size of the logits.
"""
import gzip
import json
import os
import sys
import time

import numpy as np
import torch
import torchvision
from maskrcnn import MEAN, STD, flat, picture
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from torchvision.models import segmentation
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.mobilenetv3 import InvertedResidual, MobileNetV3, _mobilenet_v3_conf
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.segmentation.deeplabv3 import ASPP, ASPPPooling, DeepLabV3
from torchvision.models.segmentation.fcn import FCN, FCNHead
from torchvision.models.segmentation.lraspp import LRASPP

TARGET = "inference/pipeline/testdata/semantic"
SHAPES = "models/arch/testdata/segmenter_shapes.json.gz"
NAMES = ["nothing", "a", "b", "c", "d", "e", "f"]
OFFICIAL = {
    "deeplabv3_resnet50": "deeplabv3_resnet", "deeplabv3_resnet101": "deeplabv3_resnet",
    "deeplabv3_mobilenet_v3_large": "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large": "lraspp_mobilenet_v3_large",
    "fcn_resnet50": "fcn_resnet", "fcn_resnet101": "fcn_resnet",
}


def official(name, aux=True):
    more = {} if name.startswith("lraspp") else {"aux_loss": aux}
    return getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=21, **more)


def narrow(block, stem, planes, blocks, dilate):
    """A ResNet of few channels whose last map is called "out"."""
    m = ResNet.__new__(ResNet)
    nn.Module.__init__(m)
    m._norm_layer, m.groups, m.base_width, m.dilation, m.inplanes = nn.BatchNorm2d, 1, 64, 1, stem
    m.conv1, m.bn1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False), nn.BatchNorm2d(stem)
    m.relu, m.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
    for i, (p, n) in enumerate(zip(planes, blocks)):
        setattr(m, f"layer{i + 1}", m._make_layer(block, p, n, stride=1 if i == 0 else 2, dilate=i > 0 and dilate[i - 1]))
    return IntermediateLayerGetter(m, {"layer4": "out"})


def mobile(width, low):
    setting, last = _mobilenet_v3_conf("mobilenet_v3_large", width_mult=width, dilated=True)
    features = MobileNetV3(setting, last).features
    layers = {"4": "low", "16": "high"} if low else {"16": "out"}
    return IntermediateLayerGetter(features, layers), features[4].out_channels, features[16].out_channels


def deeplab_head(channels, rates, hidden, n):
    return nn.Sequential(ASPP(channels, rates, hidden), nn.Conv2d(hidden, hidden, 3, padding=1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU(), nn.Conv2d(hidden, n, 1))


def twins():
    """(name, architecture, configuration, model) of each."""
    n, size = len(NAMES), dict(resize_size=96, categories=NAMES)
    yield "fcn_basic", "fcn_resnet", dict(size, stem=8, planes=[8, 8, 12, 16], blocks=[2, 1, 2, 1]), FCN(
        narrow(BasicBlock, 8, [8, 8, 12, 16], [2, 1, 2, 1], [False] * 3), FCNHead(16, n))
    yield "fcn_bottleneck", "fcn_resnet", dict(size, blocks=[1, 2, 2, 2]), FCN(narrow(Bottleneck, 8, [4, 4, 6, 8], [1, 2, 2, 2], [False, True, True]), FCNHead(32, n))
    backbone, _, channels = mobile(.05, False)
    yield "deeplabv3_mobile", "deeplabv3_mobilenet_v3_large", dict(size, resize_size=160, atrous_rates=[2, 3, 5]), DeepLabV3(backbone, deeplab_head(channels, [2, 3, 5], 6, n))
    backbone, low, high = mobile(.05, True)
    yield "lraspp", "lraspp_mobilenet_v3_large", dict(size, resize_size=160), LRASPP(backbone, low, high, n, 8)


def resized(w, h, short):
    """torchvision's resize to one number."""
    return (short, int(short * h / w)) if w < h else (int(short * w / h), short)


def prepare(rgb, short):
    """The whole of torchvision's SemanticSegmentation preset on a PIL image."""
    preset = torchvision.transforms._presets.SemanticSegmentation(resize_size=short)
    return preset(Image.fromarray(rgb))[None]


@torch.no_grad()
def put_in_order(m, seed, pictures, half):
    """See the top of the file. pictures are two normalised tensors of one size."""
    g = torch.Generator().manual_seed(seed)
    norms = []
    for x in m.modules():
        if isinstance(x, nn.Conv2d):
            x.weight.data = torch.randn(x.weight.shape, generator=g) * (2 / x.weight[0].numel()) ** .5
            if x.bias is not None:
                x.bias.data = torch.randn(x.bias.shape, generator=g) * .1
        if isinstance(x, nn.BatchNorm2d):
            x.weight.data = torch.rand(x.weight.shape, generator=g) * .4 + .8
            x.bias.data = torch.rand(x.bias.shape, generator=g) * .2 - .1
            norms.append((x, x.momentum))
            x.momentum = 1
    for x in m.modules():
        last = residual_norm(x)
        if last is not None:
            last.weight *= .2
    m.train()
    for x in m.modules():
        if isinstance(x, nn.Dropout):
            x.eval()
    m(torch.cat(pictures))
    for x, momentum in norms:
        x.momentum = momentum
    for x in m.modules():
        if isinstance(x, ASPPPooling):
            x[2].running_var.clamp_(min=1)  # of two numbers, one for each picture
    m.eval()
    if half:
        to_half(m)
    last = [m.classifier.low_classifier, m.classifier.high_classifier] if isinstance(m, LRASPP) else [m.classifier[4]]
    for x in last:
        x.bias.zero_()
    logits = coarse(m, pictures[0])[0]
    for x in last:
        x.weight /= logits.std((1, 2)).view(-1, 1, 1, 1)
    last[-1].bias -= logits.mean((1, 2)) / logits.std((1, 2))
    if half:
        to_half(m)
    return m


def residual_norm(x):
    """The last norm of a residual branch, None for what is none."""
    if isinstance(x, Bottleneck):
        return x.bn3
    if isinstance(x, BasicBlock):
        return x.bn2
    if isinstance(x, InvertedResidual) and x.use_res_connect:
        return x.block[-1][1]
    return None


def to_half(m):
    for t in m.state_dict().values():
        if t.is_floating_point():
            t.copy_(t.half().float())


@torch.no_grad()
def coarse(m, x):
    """Logits before they are enlarged."""
    maps = m.backbone(x)
    return m.classifier(maps if isinstance(m, LRASPP) else maps["out"])


def runs(values):
    """class, length, class, length …"""
    cuts = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate([[0], cuts])
    lengths = np.diff(np.concatenate([starts, [len(values)]]))
    return np.stack([values[starts], lengths], 1).reshape(-1).tolist()


@torch.no_grad()
def answer(m, rgb, short):
    """Logits of the coarse map, and the class of each of the picture's pixels."""
    x = prepare(rgb, short)
    h, w = rgb.shape[:2]
    rh, rw = x.shape[-2:]
    best = m(x)["out"][0].argmax(0).numpy()
    rows, columns = (2 * np.arange(h) + 1) * rh // (2 * h), (2 * np.arange(w) + 1) * rw // (2 * w)
    return x, coarse(m, x), best[rows[:, None], columns[None]]


def write_gz(path, value):
    with gzip.GzipFile(path, "wb", mtime=0) as f:
        f.write(json.dumps(value).encode())


def sample():
    """A JPEG of a drawing; its pixels as libjpeg gives them are a PNG beside it."""
    path = f"{TARGET}/picture.jpg"
    if not os.path.exists(path):
        Image.open("resources/samples/bus-and-umbrella.png").convert("RGB").save(path, quality=90)
        Image.open(path).convert("RGB").save(f"{TARGET}/picture.png", optimize=True)
    return np.asarray(Image.open(path).convert("RGB"))


def small():
    os.makedirs(TARGET, exist_ok=True)
    torch.set_num_threads(1)
    jpeg = sample()
    for seed, (name, architecture, config, m) in enumerate(twins()):
        short = config["resize_size"]
        put_in_order(m, seed, [prepare(picture(jpeg.shape[1], jpeg.shape[0]), short), prepare(jpeg, short)], half=True)
        out = []
        for file, rgb in [("", picture(131, 97)), ("", picture(60, 150)), ("", picture(96, 96)), ("", picture(400, 31)), ("picture.png", jpeg)]:
            _, logits, best = answer(m, rgb, short)
            out.append(dict(file=file, width=rgb.shape[1], height=rgb.shape[0], size=list(logits.shape[-2:]), logits=flat(logits, 3), map=runs(best.reshape(-1))))
            print(name, rgb.shape, "shares", np.bincount(best.reshape(-1), minlength=len(NAMES)) / best.size)
        save_file({k: v.half() if v.is_floating_point() else v for k, v in m.state_dict().items()}, f"{TARGET}/{name}.safetensors")
        os.chmod(f"{TARGET}/{name}.safetensors", 0o644)
        with open(f"{TARGET}/{name}.json", "w") as f:
            json.dump(config, f, indent=1)
        write_gz(f"{TARGET}/{name}.reference.json.gz", dict(architecture=architecture, pictures=out))
    shapes = {}
    for name, architecture in OFFICIAL.items():
        m = official(name)
        learnt = sum(p.numel() for p in m.parameters())
        shapes[name] = dict(architecture=architecture, parameters=learnt, tensors={k: list(v.shape) for k, v in m.state_dict().items()})
    write_gz(SHAPES, shapes)


def full(folder, path, names):
    """The official sizes. Calibrated on the picture and its mirror image."""
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(2)
    rgb = np.asarray(Image.open(path).convert("RGB"))
    for seed, name in enumerate(OFFICIAL):
        if names and name not in names:
            continue
        m = official(name)
        put_in_order(m, 100 + seed, [prepare(rgb, 260), prepare(rgb[:, ::-1], 260)], half=False)
        torch.save(m.state_dict(), f"{folder}/{name}.pth")
        x, logits, best = answer(m, rgb, 520)
        start = time.process_time()
        with torch.no_grad():
            m(x)
        seconds = time.process_time() - start
        np.savez(f"{folder}/{name}.npz", pixels=x.numpy(), logits=logits.numpy(), map=best.astype(np.uint8))
        print(name, "logits", list(logits.shape), "to", float(logits.abs().max()), "classes", len(np.unique(best)), "torchvision", f"{seconds:.2f} s of processor time", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["full"]:
        full(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        small()
