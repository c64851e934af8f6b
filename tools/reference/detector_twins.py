"""Narrow random detectors, and what torchvision finds with them in pictures of
many shapes: a pixel wide, 20 megapixels, tall, wide.

Run from the repository's root, naming twins to make only those:
    python tools/reference/detector_twins.py [v1 v2 basic boxes]
    python tools/reference/detector_twins.py again NAME WIDTH HEIGHT
It writes, below inference/pipeline/testdata/detectors, NAME.json (the
configuration), the weights, and NAME.reference.json.gz. The twins have the keys,
norms and containers of the official files (detectors.py), and layers of all kinds
that torchvision's detectors have:
    v1     Mask R-CNN, bottlenecks, frozen norm, old keys, legacy container
    v2     Mask R-CNN, bottlenecks, norms everywhere, zip container
    basic  Mask R-CNN of v1's kind over basic blocks (ResNet-18, -34), fp16
    boxes  Faster R-CNN of v2's kind over basic blocks, 91 classes, fp16
Of each shape the first picture is taken, by its seed, in which there are 5 to 60
objects; where there is none, the one with most. Nothing is chosen by margins, but
what another rounding changes in torchvision itself is marked (loose). Of a mask the runs of some columns across its box are kept, and its area.
"""
import copy
import gzip
import json
import os

from safetensors.torch import save_file
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNPredictor
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from detectors import *

TARGET = "inference/pipeline/testdata/detectors"
COLUMNS, SEEDS, TRIALS = 12, 12, 9
PLANES, CHANNELS, HIDDEN, BOX = [4, 6, 8, 10], 8, (6, 6, 6, 6), 24
ANCHORS, RATIOS, LEAST, MOST = [[8], [16], [32], [48], [64]], [.5, 1., 2.], 96, 160

TWINS = {
    "v1": dict(block=Bottleneck, v2=False, masks=True, classes=9, blocks=[2, 2, 2, 1], file="v1.pth"),
    "v2": dict(block=Bottleneck, v2=True, masks=True, classes=9, blocks=[1, 1, 2, 1], file="v2.pth"),
    "basic": dict(block=BasicBlock, v2=False, masks=True, classes=7, blocks=[2, 2, 2, 2], file="basic.safetensors"),
    "boxes": dict(block=BasicBlock, v2=True, masks=False, classes=91, blocks=[1, 1, 1, 1], file="boxes.safetensors"),
}

SHAPES = [(131, 97), (64, 64), (40, 150), (97, 131), (33, 200), (200, 33), (320, 240), (240, 320), (128, 128), (17, 19), (400, 90), (90, 400),
          (640, 480), (5, 60), (800, 600), (301, 299), (1, 40), (40, 1), (3, 3), (1000, 100), (1, 1), (2, 2), (480, 640), (500, 375), (375, 500),
          (427, 640), (640, 427), (1024, 768), (768, 1024), (1280, 720), (720, 1280), (1920, 1080), (97, 97), (96, 96), (160, 160), (159, 95), (768, 768),
          (577, 385), (2000, 500), (500, 2000), (100, 2400), (2400, 100), (3000, 30), (4000, 3000), (3024, 4032), (5472, 3648), (7000, 2900), (2048, 1536), (13, 900), (611, 613)]
FEW = [s for s in SHAPES if s[0] * s[1] < 1e6][::2]


class Narrow(ResNet):
    """torchvision's ResNet with other numbers of channels and blocks."""

    def __init__(self, block, stem, planes, blocks, norm):
        nn.Module.__init__(self)
        self._norm_layer, self.groups, self.base_width, self.dilation, self.inplanes = norm, 1, 64, 1, stem
        self.conv1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False)
        self.bn1, self.relu, self.maxpool = norm(stem), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        for i, (p, n) in enumerate(zip(planes, blocks)):
            setattr(self, f"layer{i + 1}", self._make_layer(block, p, n, stride=1 if i == 0 else 2))


def twin(name):
    """The twin without its weights."""
    c = TWINS[name]
    norm = nn.BatchNorm2d if c["v2"] else FrozenBatchNorm2d
    widths = [p * c["block"].expansion for p in PLANES]
    head_norm = nn.BatchNorm2d if c["v2"] else None
    backbone = BackboneWithFPN(Narrow(c["block"], 6, PLANES, c["blocks"], norm), {f"layer{i}": str(i - 1) for i in (1, 2, 3, 4)}, widths, CHANNELS,
                               norm_layer=head_norm)
    heads = dict(rpn_anchor_generator=AnchorGenerator(tuple(map(tuple, ANCHORS)), (tuple(RATIOS),) * 5),
                 rpn_head=RPNHead(CHANNELS, 3, conv_depth=2 if c["v2"] else 1), box_predictor=FastRCNNPredictor(BOX, c["classes"]),
                 box_head=FastRCNNConvFCHead((CHANNELS, 7, 7), list(HIDDEN), [BOX], norm_layer=head_norm) if c["v2"] else TwoMLPHead(CHANNELS * 49, BOX))
    if c["masks"]:
        heads.update(mask_head=MaskRCNNHeads(CHANNELS, HIDDEN, 1, norm_layer=head_norm),
                     mask_predictor=MaskRCNNPredictor(HIDDEN[-1], HIDDEN[-1], c["classes"]))
    m = (MaskRCNN if c["masks"] else FasterRCNN)(backbone, min_size=LEAST, max_size=MOST, **heads)
    if not c["v2"]:
        overwrite_eps(m, 0.)
    return m


def columns(mask, box):
    """Some columns of a mask: the column, then its runs, background first."""
    h, w = mask.shape
    x0, x1 = min(max(int(box[0]), 0), w - 1), min(max(int(box[2]), 0), w - 1)
    out = []
    for x in sorted({x0 + (x1 - x0) * (2 * k + 1) // (2 * COLUMNS) for k in range(COLUMNS)}):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], mask[:, x].astype(np.int8)])))
        out.append([x] + np.diff(np.concatenate([[0], edges])).tolist())
    return out


def compared(m, shape):
    """What is found in the picture of that shape that is worth comparing."""
    best = None
    for seed in range(SEEDS):
        got = found(m, picture(seed, *shape))
        n = len(got[1])
        if best is None or min(n, 60) > min(len(best[1][1]), 60):
            best = seed, got
        if 5 <= n <= 60:
            best = seed, got
            break
    seed, (boxes, scores, labels, masks) = best
    r = dict(seed=seed, width=shape[0], height=shape[1], labels=labels.tolist(), boxes=[float(f"{v:.8g}") for v in boxes.flatten().tolist()],
             scores=[float(f"{v:.8g}") for v in scores.tolist()])
    all_ = [masks(i) for i in range(len(scores))] if masks else None
    if masks:
        r.update(areas=[int(k.sum()) for k in all_], columns=[columns(k, b) for k, b in zip(all_, boxes.tolist())])
    r.update(loose(m, picture(seed, *shape), boxes, scores, labels, masks))
    return r


@torch.no_grad()
def loose(m, rgb, boxes, scores, labels, masks):
    """What another rounding changes in torchvision itself, and so says nothing
    about Descry: the same model in float64, and eight times with weights,
    pixels and objectness a millionth off, which is what sums in another order are,
    and which parts the exactly equal scores of flat regions, whose order torch.topk
    leaves open. loose are the objects that are then gone, or change places with
    others; looseMasks those whose mask is then pasted over other pixels (it moves
    by one where its box's corner crosses a whole number), or of which more than 0.25
    percent of the pixels lie on the threshold; others are objects that
    are only there then, with class and box."""
    gone, others, prepared = set(), [], m.transform([tensor(rgb)])[0]
    moved = {i for i in range(len(scores)) if masks.undecided(i) > .0025} if masks else set()
    for trial in range(TRIALS):
        other, g, dtype = copy.deepcopy(m), None, torch.float32
        if trial == 0:
            other, dtype = other.double(), torch.float64
        else:
            g = torch.Generator().manual_seed(trial)
            for t in other.parameters():
                t.mul_(1 + 1e-6 * torch.randn(t.shape, generator=g))
        b, s, l, k = found(other, rgb, dtype, g, prepared)
        order = []
        for i in range(len(scores)):
            near = [j for j in range(len(s)) if l[j] == labels[i] and (b[j] - boxes[i]).abs().max() < .05 and abs(s[j] - scores[i]) < 1e-3]
            order.append(near[0] if near else -1)
            if not near:
                gone.add(i)
            elif masks is not None and i not in moved:
                if not torch.equal(k.over[near[0]], masks.over[i]):
                    moved.add(i)
        kept = [(j, i) for i, j in enumerate(order) if j >= 0]
        gone.update(i for (j, i), (after, _) in zip(kept, kept[1:]) if after < j)
        others += [[l[j].item()] + [round(v, 2) for v in b[j].tolist()] for j in range(len(s)) if j not in order]
    return dict(loose=sorted(gone), looseMasks=sorted(moved), others=others)


def make(name):
    c = TWINS[name]
    shapes = SHAPES if c["block"] is Bottleneck else FEW
    m = randomise(twin(name), 1, [picture(i, *s) for i, s in enumerate(SHAPES[:12])], half=True)
    pictures = [compared(m, s) for s in shapes]
    counts = [len(p["scores"]) for p in pictures]
    print(name, "loose", sum(len(p["loose"]) for p in pictures), "masks", sum(len(p["looseMasks"]) for p in pictures), "others", sum(len(p["others"]) for p in pictures))
    print(name, len(shapes), "pictures, objects", counts, "classes", [len(set(p["labels"])) for p in pictures])
    path = f"{TARGET}/{c['file']}"
    if path.endswith(".pth"):
        save(m, name, path)
    else:
        state = m.state_dict() if c["v2"] else old_spelling(m.state_dict())
        save_file({k: v.half() if v.is_floating_point() else v for k, v in state.items()}, path)
    os.chmod(path, 0o644)
    with open(f"{TARGET}/{name}.json", "w") as f:
        json.dump(dict(min_size=LEAST, max_size=MOST, size_rule="float32", anchor_sizes=ANCHORS, aspect_ratios=RATIOS), f)
    with gzip.GzipFile(f"{TARGET}/{name}.reference.json.gz", "wb", mtime=0) as f:
        f.write(json.dumps(dict(file=c["file"], classes=c["classes"], pictures=pictures), separators=(",", ":")).encode())


def again(name, width, height):
    """Marks what is loose in the picture of one shape once more, with the weights
    as they lie there."""
    m = twin(name).eval()
    found(m, picture(0, 131, 97))  # torchvision's pooler takes its scales from the first picture that it sees
    state = torch.load(f"{TARGET}/{TWINS[name]['file']}")
    renamed = state if TWINS[name]["v2"] else {new: state[old] for new, old in zip(m.state_dict(), old_spelling({k: k for k in m.state_dict()}))}
    m.load_state_dict(renamed)
    path = f"{TARGET}/{name}.reference.json.gz"
    with gzip.open(path) as f:
        r = json.load(f)
    for p in r["pictures"]:
        if (p["width"], p["height"]) == (width, height):
            rgb = picture(p["seed"], width, height)
            boxes, scores, labels, masks = found(m, rgb)
            assert labels.tolist() == p["labels"], "these are not the weights of the reference"
            p.update(loose(m, rgb, boxes, scores, labels, masks))
            print(name, width, height, p["loose"], p["looseMasks"], p["others"])
    with gzip.GzipFile(path, "wb", mtime=0) as f:
        f.write(json.dumps(r, separators=(",", ":")).encode())


def main():
    os.makedirs(TARGET, exist_ok=True)
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["again"]:
        return again(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    for name in sys.argv[1:] or TWINS:
        make(name)


if __name__ == "__main__":
    main()
