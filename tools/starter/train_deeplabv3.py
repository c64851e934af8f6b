#!/usr/bin/env python3
"""Train the narrow DeepLabV3 on emoji scenes (CPU, fp32).

    python3 train_deeplabv3.py check      # the structure against torchvision's own model
    python3 train_deeplabv3.py train --minutes-a 12 --minutes-b 33 --body set/maskrcnn/model.safetensors
The network is torchvision's DeepLabV3-ResNet (output stride 8, ASPP 12/24/36 + image pooling) with smaller widths.
The body starts from the Mask R-CNN starter. Stage A: crowded 128x128 scenes. Stage B: full scenes, as the program sees them;
BatchNorm statistics frozen for the last quarter. Writes deeplabv3_train.pt, a state_dict with torchvision's names.
"""

import argparse, math, os, random, time, warnings
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from PIL import Image
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.models.segmentation.deeplabv3 import ASPP, DeepLabV3
import make_scenes as ms

HERE = os.path.dirname(os.path.abspath(__file__))
VOC = [
    '__background__',
    'aeroplane',
    'bicycle',
    'bird',
    'boat',
    'bottle',
    'bus',
    'car',
    'cat',
    'chair',
    'cow',
    'diningtable',
    'dog',
    'horse',
    'motorbike',
    'person',
    'pottedplant',
    'sheep',
    'sofa',
    'train',
    'tvmonitor',
]
COCO = {
    'aeroplane': 'airplane',
    'motorbike': 'motorcycle',
    'sofa': 'couch',
    'tvmonitor': 'tv',
    'pottedplant': 'potted plant',
    'diningtable': 'dining table',
}
BY_NAME = {n: i for i, n in ms.NAMES.items()}
TO_VOC = {
    BY_NAME[COCO.get(n, n)]: v for v, n in enumerate(VOC) if COCO.get(n, n) in BY_NAME
}  # COCO id -> VOC class; no glyph is a dining table
CFG = dict(
    model_type='deeplabv3_resnet',
    num_classes=21,
    stem=16,
    planes=[16, 32, 64, 128],
    expansion=4,
    blocks=[2, 2, 2, 2],
    replace_stride_with_dilation=[False, True, True],
    aspp_channels=64,
    atrous_rates=[12, 24, 36],
    bn_eps=1e-5,
    resize_size=256,
    image_mean=[0.485, 0.456, 0.406],
    image_std=[0.229, 0.224, 0.225],
)


# ---------------------------------------------------------------- the network, of torchvision's parts
class Body(ResNet):
    """torchvision's ResNet, dilation and all, whose stem and planes are given"""

    def __init__(self, c):
        self.stem, self.planes = c['stem'], dict(zip((64, 128, 256, 512), c['planes']))
        super().__init__(
            Bottleneck,
            c['blocks'],
            replace_stride_with_dilation=c['replace_stride_with_dilation'],
            num_classes=1,
        )

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == 64:  # layer1 comes first: narrow the stem before it
            self.inplanes = self.stem
            self.conv1 = nn.Conv2d(3, self.stem, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(self.stem)
        return super()._make_layer(block, self.planes[planes], blocks, stride, dilate)


class Head(nn.Sequential):
    """torchvision's DeepLabHead with its 256 as an argument"""

    def __init__(self, cin, width, rates, classes):
        super().__init__(
            ASPP(cin, rates, width),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, classes, 1),
        )


def build(c=CFG):
    body = IntermediateLayerGetter(Body(c), return_layers={'layer4': 'out'})
    return DeepLabV3(
        body,
        Head(
            c['planes'][-1] * c['expansion'],
            c['aspp_channels'],
            c['atrous_rates'],
            c['num_classes'],
        ),
        None,
    )


def body_from_maskrcnn(m, sd, eps=1e-5):
    """the Mask R-CNN file has BatchNorm's eps inside running_var; ours is the plain form"""
    p = 'backbone.body.'
    b = {
        'backbone.' + k[len(p) :]: (v - eps).clamp(min=0) if k.endswith('running_var') else v
        for k, v in sd.items()
        if k.startswith(p)
    }
    r = m.load_state_dict(b, strict=False)
    assert not r.unexpected_keys and all(
        'classifier' in k or 'num_batches' in k for k in r.missing_keys
    )


# ---------------------------------------------------------------- before and after the network
def input_size(h, w, short=CFG['resize_size']):
    """torchvision's resize to a short side: the long side is cut down to a whole number"""
    return (short, int(short * w / h)) if h <= w else (int(short * h / w), short)


def pixels(im, short=CFG['resize_size']):
    """HxWx3 uint8 -> 3xhxw: PIL bilinear on 8 bits (widened when shrinking), /255, mean and standard deviation"""
    h, w = input_size(*im.shape[:2], short)
    if (h, w) != im.shape[:2]:
        im = np.asarray(Image.fromarray(im).resize((w, h), Image.BILINEAR))
    x = torch.from_numpy(im.copy()).permute(2, 0, 1).float() / 255
    return (x - torch.tensor(CFG['image_mean']).view(3, 1, 1)) / torch.tensor(
        CFG['image_std']
    ).view(3, 1, 1)


def nearest(a, h, w):
    """nearest by centres, in whole numbers: row y of h is row (2y+1)*H // 2h of H; columns alike"""
    H, W = a.shape
    return a[
        ((2 * np.arange(h) + 1) * H // (2 * h))[:, None],
        ((2 * np.arange(w) + 1) * W // (2 * w))[None],
    ]


@torch.no_grad()
def predict(m, im):
    """HxWx3 uint8 -> HxW class numbers: arg-max at the network's input size, then nearest"""
    return nearest(m(pixels(im)[None])['out'][0].argmax(0).numpy().astype(np.uint8), *im.shape[:2])


def runs(a):
    """row-major [value, run, value, run, ...] of a map"""
    f = a.ravel()
    e = np.flatnonzero(np.diff(f.astype(int))) + 1
    at = np.concatenate([[0], e, [len(f)]])
    return [int(v) for k in range(len(at) - 1) for v in (f[at[k]], at[k + 1] - at[k])]


def answer(m, im):
    """what reference.json holds of a picture: the map at the picture's own size"""
    p = predict(m, im)
    n = np.bincount(p.ravel(), minlength=21)
    return dict(
        size=list(p.shape), pixels={VOC[i]: int(n[i]) for i in range(21) if n[i]}, map_rle=runs(p)
    )


# ---------------------------------------------------------------- data
def truth(s):
    """VOC class of every pixel; masks in painting order; what VOC does not know is background"""
    t = np.zeros(s['image'].shape[:2], np.uint8)
    for c, k in zip(s['labels'], s['masks']):
        t[k] = TO_VOC.get(c, 0)
    return t


def class_list():
    """for scene(classes=...): VOC's classes more often than the others, the one-glyph ones not forgotten"""
    L = []
    for c in ms.IDS:
        k = math.sqrt(len(ms.glyphs()[c]))
        L += [c] * round(3 * (k + 1.5) if c in TO_VOC else 1.5 * (k + 0.5))
    return L


class Scenes(torch.utils.data.IterableDataset):
    """batches of one size each. Stage A: crowded scenes of 128x128, as they are.
    Stage B: sizes as in make_scenes, 40 % square, the others 192..320 a side; 1 of 3 drawn as the held-out scenes are
    """

    def __init__(self, seed, bs, stage):
        self.seed, self.bs, self.stage = seed, bs, stage

    def __iter__(self):
        torch.set_num_threads(1)
        pool = ms.backgrounds()
        L = class_list()
        r = random.Random(self.seed)
        seed = self.seed
        while True:
            size = (
                (128, 128)
                if self.stage == 'A'
                else (256, 256) if r.random() < 0.4 else (r.randint(192, 320), r.randint(192, 320))
            )
            X = []
            Y = []
            for _ in range(self.bs):
                u = r.random()
                own = (
                    dict(classes=L, n=r.choice((2, 3, 4))) if self.stage == 'A' or u > 0.35 else {}
                )
                if self.stage == 'A':
                    own.update(lo=30, hi=100)
                s = ms.scene(seed, None if u > 0.85 else pool, size=size, **own)
                seed += 1
                X.append(pixels(s['image'], 128 if self.stage == 'A' else 256))
                Y.append(torch.from_numpy(nearest(truth(s), *X[-1].shape[1:])).long())
            yield torch.stack(X).contiguous(memory_format=torch.channels_last), torch.stack(Y)


# ---------------------------------------------------------------- figures
def iou(confusion):
    """per class; NaN where a class is neither there nor predicted"""
    d = confusion.diagonal().astype(float)
    n = confusion.sum(0) + confusion.sum(1) - d
    return np.where(n > 0, d / np.maximum(n, 1), np.nan)


def evaluate(m, n=300, start=ms.EVAL_SEED):
    was = m.training
    m.eval()
    C = np.zeros((21, 21), np.int64)
    t = 0.0
    for k in range(n):
        s = ms.scene(start + k)
        t0 = time.time()
        p = predict(m, s['image'])
        t += time.time() - t0
        C += np.bincount(truth(s).astype(int).ravel() * 21 + p.ravel(), minlength=441).reshape(
            21, 21
        )
    m.train(was)
    u = iou(C)
    there = C.sum(1) > 0
    return dict(
        mIoU=round(float(np.nanmean(u[there])), 4),
        mIoU_over_21=round(float(np.nansum(u[there]) / 21), 4),
        pixel_accuracy=round(float(C.diagonal().sum() / C.sum()), 4),
        mean_class_accuracy=round(float((C.diagonal()[there] / C.sum(1)[there]).mean()), 4),
        scenes=n,
        ms_a_scene=round(t / n * 1000, 1),
        IoU={VOC[i]: None if np.isnan(u[i]) else round(float(u[i]), 4) for i in range(21)},
        confusion=C.tolist(),
    )


# ---------------------------------------------------------------- training
def check():
    """with the official widths this is torchvision's own deeplabv3_resnet50, key by key and number by number"""
    from torchvision.models.segmentation import deeplabv3_resnet50

    c = dict(CFG, stem=64, planes=[64, 128, 256, 512], blocks=[3, 4, 6, 3], aspp_channels=256)
    a = build(c).eval()
    b = deeplabv3_resnet50(
        weights=None, weights_backbone=None, num_classes=21, aux_loss=False
    ).eval()
    b.load_state_dict(a.state_dict())
    x = pixels(ms.scene(1)['image'])[None]
    with torch.no_grad():
        print(
            'keys and outputs equal to deeplabv3_resnet50:',
            list(a.state_dict()) == list(b.state_dict()),
            torch.equal(a(x)['out'], b(x)['out']),
        )
    m = build()
    keys = set(m.state_dict())
    print(
        'parameters',
        sum(p.numel() for p in m.parameters()),
        'numbers',
        sum(v.numel() for v in m.state_dict().values()),
    )
    print(
        'narrow keys all in deeplabv3_resnet50:',
        keys <= set(b.state_dict()),
        tuple(m.eval()(x)['out'].shape),
        tuple(x.shape),
    )


def train(o):
    from eval import load_safetensors

    torch.manual_seed(o.seed)
    torch.set_num_threads(o.threads)
    m = build()
    if o.resume:
        m.load_state_dict(torch.load(o.resume))
    elif o.body:
        body_from_maskrcnn(m, load_safetensors(o.body))
    m = m.to(memory_format=torch.channels_last).train()
    weight = torch.ones(21)
    t0 = time.time()
    save = lambda: (
        torch.save(m.state_dict(), HERE + '/deeplabv3_train.tmp'),
        os.replace(HERE + '/deeplabv3_train.tmp', HERE + '/deeplabv3_train.pt'),
    )

    def freeze():
        for x in m.modules():
            if isinstance(x, nn.BatchNorm2d):
                x.eval()

    for stage, minutes, base, bs in (('A', o.minutes_a, o.lr_a, 24), ('B', o.minutes_b, o.lr_b, 8)):
        if minutes <= 0:
            continue
        opt = torch.optim.AdamW(
            [
                dict(params=list(m.backbone.parameters()), k=0.5),
                dict(params=list(m.classifier.parameters()), k=1.0),
            ],
            lr=base,
            weight_decay=1e-3,
        )
        data = iter(
            torch.utils.data.DataLoader(
                Scenes(
                    4_000_000 + 1_000_000 * o.seed + (0 if stage == 'A' else 500_000), bs, stage
                ),
                batch_size=None,
                num_workers=1,
                prefetch_factor=6,
            )
        )
        it = 0
        run = []
        frozen = False
        ts = time.time()
        at = o.eval_every * 60
        while (t := time.time() - ts) < minutes * 60:
            f = t / (minutes * 60)
            weight[0] = (
                o.background + (1 - o.background) * min(1, 1.5 * f) if stage == 'B' else 0.4
            )  # the background counts less while classes are learned
            for g in opt.param_groups:
                g['lr'] = (
                    g['k']
                    * base
                    * min(1, (it + 1) / 100)
                    * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * f)))
                )
            if stage == 'B' and f > 0.75 and not frozen:
                frozen = True
                freeze()
                print('BatchNorm statistics frozen', flush=True)
            x, y = next(data)
            z = m(x)['out']
            loss = F.cross_entropy(z, y, weight)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(m.parameters(), 5.0)
            opt.step()
            it += 1
            if it % 5 == 0:
                p = z[:4].detach().argmax(1) == y[:4]
                v = y[:4] > 0
                run.append(
                    (
                        float(loss),
                        float(p.float().mean()),
                        float(p.sum() - p[~v].sum()),
                        float(v.sum()),
                    )
                )
            if it % 50 == 0:
                r = np.mean(run, 0)
                run = []
                print(
                    stage,
                    it,
                    f'{time.time() - t0:.0f}s',
                    'lr %.5f' % opt.param_groups[1]['lr'],
                    'loss %.4f pixels %.4f VOC pixels %.4f' % (r[0], r[1], r[2] / max(1, r[3])),
                    flush=True,
                )
            if time.time() - ts > at:  # 50 validation scenes, apart from the held-out ones
                at += o.eval_every * 60
                save()
                e = evaluate(m, 50, ms.EVAL_SEED + 100_000)
                print(
                    'eval',
                    it,
                    {k: e[k] for k in ('mIoU', 'pixel_accuracy', 'ms_a_scene')},
                    flush=True,
                )
                if frozen:
                    freeze()
        save()
        del data
    print('trained', f'{time.time() - t0:.0f}s wall {time.process_time():.0f}s cpu', flush=True)


if __name__ == '__main__':
    warnings.filterwarnings('ignore')
    ap = argparse.ArgumentParser()
    ap.add_argument('what', choices=['check', 'train'])
    ap.add_argument('--minutes-a', type=float, default=12)
    ap.add_argument('--minutes-b', type=float, default=34)
    ap.add_argument('--lr-a', type=float, default=2e-3)
    ap.add_argument('--lr-b', type=float, default=1.5e-3)
    ap.add_argument('--body', help='the Mask R-CNN file')
    ap.add_argument('--resume')
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--threads', type=int, default=2)
    ap.add_argument(
        '--background', type=float, default=0.3, help='the class weight stage B begins with'
    )
    ap.add_argument('--eval-every', type=float, default=6, help='minutes')
    o = ap.parse_args()
    check() if o.what == 'check' else train(o)
