#!/usr/bin/env python3
"""Train the narrow Mask R-CNN on emoji scenes (CPU, one thread, bf16 autocast with fp32 master weights).

    python3 train_maskrcnn.py --minutes-a 12 --minutes-b 40
Stage A: no RPN; 128x128 scenes, jittered true boxes and random background boxes go through backbone, FPN, RoI heads.
Stage B: the whole of torchvision's MaskRCNN on full scenes; BatchNorm statistics frozen for the last 30 %.
Writes maskrcnn_train.pt (torchvision 0.14 names, for going on) and out/maskrcnn* (official checkpoint names).
"""

import argparse, json, math, os, random, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from torchvision.models.resnet import Bottleneck
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.faster_rcnn import TwoMLPHead, FastRCNNPredictor
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.roi_heads import maskrcnn_loss
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.ops import box_iou
import make_scenes as ms

HERE = os.path.dirname(os.path.abspath(__file__))
CFG = dict(
    model_type='maskrcnn_resnet_fpn',
    num_classes=91,
    stem=16,
    planes=[16, 32, 64, 128],
    expansion=4,
    blocks=[2, 2, 2, 2],
    fpn_channels=64,
    box_head=256,
    mask_layers=[64, 64, 64, 64],
    min_size=256,
    max_size=384,
    anchor_sizes=[[32], [64], [128], [256], [512]],
    aspect_ratios=[0.5, 1.0, 2.0],
    image_mean=[0.485, 0.456, 0.406],
    image_std=[0.229, 0.224, 0.225],
    rpn_pre_nms_top_n=1000,
    rpn_post_nms_top_n=1000,
    rpn_nms_thresh=0.7,
    box_score_thresh=0.05,
    box_nms_thresh=0.5,
    box_detections_per_img=100,
)


class NarrowResNet(nn.Module):
    def __init__(self, stem, planes, blocks):
        super().__init__()
        self.inplanes = stem
        self.conv1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.relu = nn.ReLU(True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for i, (p, n) in enumerate(zip(planes, blocks)):
            setattr(self, f'layer{i + 1}', self._make(p, n, 1 if i == 0 else 2))
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode='fan_out', nonlinearity='relu')
        for m in self.modules():
            if isinstance(m, Bottleneck):
                nn.init.constant_(m.bn3.weight, 0.2)

    def _make(self, p, n, stride):
        d = None
        if stride != 1 or self.inplanes != p * 4:
            d = nn.Sequential(
                nn.Conv2d(self.inplanes, p * 4, 1, stride, bias=False), nn.BatchNorm2d(p * 4)
            )
        L = [Bottleneck(self.inplanes, p, stride, d)]
        self.inplanes = p * 4
        return nn.Sequential(*L, *[Bottleneck(self.inplanes, p) for _ in range(n - 1)])


def build(c=CFG, **kw):
    ch = [p * c['expansion'] for p in c['planes']]
    f = c['fpn_channels']
    bb = BackboneWithFPN(
        NarrowResNet(c['stem'], c['planes'], c['blocks']),
        {f'layer{i}': str(i - 1) for i in (1, 2, 3, 4)},
        ch,
        f,
    )
    a = dict(
        min_size=c['min_size'],
        max_size=c['max_size'],
        image_mean=c['image_mean'],
        image_std=c['image_std'],
        rpn_anchor_generator=AnchorGenerator(
            tuple(tuple(s) for s in c['anchor_sizes']), (tuple(c['aspect_ratios']),) * 5
        ),
        rpn_pre_nms_top_n_test=c['rpn_pre_nms_top_n'],
        rpn_post_nms_top_n_test=c['rpn_post_nms_top_n'],
        box_score_thresh=c['box_score_thresh'],
        box_nms_thresh=c['box_nms_thresh'],
        box_detections_per_img=c['box_detections_per_img'],
        rpn_pre_nms_top_n_train=300,
        rpn_post_nms_top_n_train=100,
        box_batch_size_per_image=32,
        box_positive_fraction=0.3,
        rpn_batch_size_per_image=96,
    )
    a.update(kw)
    return MaskRCNN(
        bb,
        num_classes=None,
        box_head=TwoMLPHead(f * 49, c['box_head']),
        box_predictor=FastRCNNPredictor(c['box_head'], c['num_classes']),
        mask_head=MaskRCNNHeads(f, tuple(c['mask_layers']), 1),
        mask_predictor=MaskRCNNPredictor(c['mask_layers'][-1], f, c['num_classes']),
        **a,
    )


# ---------------------------------------------------------------- official names: eps folded into running_var, torchvision <= 0.12 keys
def to_official(sd, eps=1e-5):
    out = {}
    for k, v in sd.items():
        if k.endswith('num_batches_tracked'):
            continue
        v = v.detach().clone().float().contiguous()
        if k.endswith('running_var'):
            v = v + eps
        if '.fpn.inner_blocks.' in k or '.fpn.layer_blocks.' in k:
            p = k.split('.')
            assert p[4] == '0'
            del p[4]
            k = '.'.join(p)
        k = k.replace('rpn.head.conv.0.0.', 'rpn.head.conv.')
        if k.startswith('roi_heads.mask_head.'):
            p = k.split('.')
            k = f'roi_heads.mask_head.mask_fcn{int(p[2]) + 1}.{p[4]}'
        out[k] = v
    return out


def load_official(sd):
    """a model with BatchNorm eps 0 from official names (torchvision renames the old keys itself)"""
    m = build()
    for x in m.modules():
        if isinstance(x, nn.BatchNorm2d):
            x.eps = 0.0
    r = m.load_state_dict(sd, strict=False)
    bad = [k for k in r.missing_keys if not k.endswith('num_batches_tracked')] + r.unexpected_keys
    assert not bad, bad
    return m.eval()


# ---------------------------------------------------------------- bf16
def _f32(o):
    return (
        o.float()
        if torch.is_tensor(o)
        else (
            type(o)((k, _f32(v)) for k, v in o.items())
            if isinstance(o, dict)
            else type(o)(_f32(v) for v in o)
        )
    )


def bf16(m):
    f = m.forward

    def g(*a):
        if not m.training_bf16:
            return f(*a)
        with torch.autocast('cpu', torch.bfloat16):
            o = f(*a)
        return _f32(o)

    m.training_bf16 = True
    m.forward = g


def bf16_all(m):
    for x in (
        m.backbone,
        m.rpn.head,
        m.roi_heads.box_head,
        m.roi_heads.mask_head,
        m.roi_heads.mask_predictor,
    ):
        bf16(x)


def bf16_set(m, on):
    for x in (
        m.backbone,
        m.rpn.head,
        m.roi_heads.box_head,
        m.roi_heads.mask_head,
        m.roi_heads.mask_predictor,
    ):
        x.training_bf16 = on


# ---------------------------------------------------------------- data
def tensors(s):
    return (
        torch.from_numpy(s['image'].copy()).permute(2, 0, 1).float() / 255,
        dict(
            boxes=torch.tensor(s['boxes'], dtype=torch.float32),
            labels=torch.tensor(s['labels']),
            masks=torch.from_numpy(np.stack(s['masks']).astype(np.uint8)),
        ),
    )


def stage_a_batch(seed, pool, bs, S=128):
    """pictures, jittered true boxes with labels/masks, background boxes"""
    r = random.Random(seed)
    X = []
    T = []
    for i in range(bs):
        s = ms.scene(seed + i, pool, size=(S, S), n=r.choice([2, 3, 4]), lo=30, hi=100)
        x, t = tensors(s)
        X.append(x)
        T.append(t)
    return torch.stack(X), T


def jitter(b, k, S, j=0.18):
    b = b.repeat(k, 1)
    w = b[:, 2] - b[:, 0]
    h = b[:, 3] - b[:, 1]
    wh = torch.stack([w, h, w, h], 1)
    return (b + wh * (torch.rand_like(b) - 0.5) * 2 * j).clamp(0, S)


def stage_a_loss(m, X, T, S=128):
    mean = torch.tensor(CFG['image_mean']).view(3, 1, 1)
    std = torch.tensor(CFG['image_std']).view(3, 1, 1)
    feats = m.backbone(((X - mean) / std).contiguous(memory_format=torch.channels_last))
    props = []
    labels = []
    gts = []
    mprops = []
    idx = []
    for t in T:
        j = jitter(t['boxes'], 2, S)
        n = len(t['boxes'])
        c = torch.rand(6, 2) * S
        wh = 20 + torch.rand(6, 2) * 70
        neg = torch.cat([(c - wh / 2).clamp(0, S - 4), (c + wh / 2)], 1)
        neg[:, 2:] = torch.minimum(torch.max(neg[:, 2:], neg[:, :2] + 4), torch.tensor(float(S)))
        neg = neg[box_iou(neg, t['boxes']).max(1)[0] < 0.3]
        near = jitter(t['boxes'], 1, S, 0.7)
        near[:, 2:] = torch.max(near[:, 2:], near[:, :2] + 4)
        near = near[box_iou(near, t['boxes']).max(1)[0] < 0.4]
        neg = torch.cat([neg, near])
        ok = box_iou(j, t['boxes'].repeat(2, 1)).diagonal() > 0.5
        j = j[ok]
        g = torch.arange(n).repeat(2)[ok]
        props.append(torch.cat([j, neg]))
        labels.append(torch.cat([t['labels'][g], torch.zeros(len(neg), dtype=torch.long)]))
        gts.append(torch.cat([t['boxes'][g], neg]))
        mprops.append(j[:n])
        idx.append(g[:n])
    H = m.roi_heads
    shapes = [(S, S)] * len(T)
    bf = H.box_head(H.box_roi_pool(feats, props, shapes))
    lg, rg = H.box_predictor(bf)
    y = torch.cat(labels)
    reg = torch.cat(H.box_coder.encode(gts, props))
    pos = torch.where(y > 0)[0]
    lc = F.cross_entropy(lg, y)
    lb = F.smooth_l1_loss(
        rg.view(len(y), -1, 4)[pos, y[pos]], reg[pos], beta=1 / 9, reduction='sum'
    ) / len(y)
    keep = [k[:2] for k in idx]
    mp = [p[:2] for p in mprops]  # masks cost most: two a picture
    ml = H.mask_predictor(H.mask_head(H.mask_roi_pool(feats, mp, shapes)))
    lm = maskrcnn_loss(ml, mp, [t['masks'] for t in T], [t['labels'] for t in T], keep)
    return dict(cls=lc, box=lb, mask=lm), (lg[pos].argmax(1) == y[pos]).float().mean()


# ---------------------------------------------------------------- AP50 of our own: one list over all classes, all-point interpolation
def average_precision(dets, npos):
    if not dets:
        return 0.0
    dets = sorted(dets, key=lambda d: -d[0])
    tp = np.cumsum([d[1] for d in dets])
    fp = np.cumsum([not d[1] for d in dets])
    rec = tp / npos
    pr = tp / (tp + fp)
    pr = np.maximum.accumulate(pr[::-1])[::-1]
    return float(np.sum(np.diff(np.concatenate([[0], rec])) * pr))


@torch.no_grad()
def evaluate(m, n=300, start=ms.EVAL_SEED, per_class=False):
    was = m.training
    m.eval()
    D = {k: {} for k in ('box50', 'mask50', 'mask75')}
    P = {}
    S = {0.5: [0, 0], 0.7: [0, 0], 0.85: [0, 0]}
    tot = 0
    for k in range(n):
        x, t = tensors(ms.scene(start + k))
        p = m([x])[0]
        for l in t['labels'].tolist():
            P[l] = P.get(l, 0) + 1
        pm = (p['masks'][:, 0] > 0.5).float().flatten(1)
        gm = t['masks'].float().flatten(1)
        inter = pm @ gm.T
        ov = {
            'box': box_iou(p['boxes'], t['boxes']),
            'mask': inter / (pm.sum(1)[:, None] + gm.sum(1)[None] - inter).clamp(min=1),
        }
        for key in D:
            kind, thr = key[:-2], int(key[-2:]) / 100
            used = set()
            for i in range(len(p['labels'])):
                l = int(p['labels'][i])
                best, bi = -1, thr
                for j in range(len(t['labels'])):
                    if j not in used and int(t['labels'][j]) == l and ov[kind][i, j] >= bi:
                        best, bi = j, float(ov[kind][i, j])
                if best >= 0:
                    used.add(best)
                D[key].setdefault(l, []).append((float(p['scores'][i]), best >= 0))
                if key == 'mask50':
                    for q in S:
                        S[q][best < 0] += float(p['scores'][i]) >= q
        tot += len(t['labels'])
    r = {}
    for key in D:
        r[key.replace('box', 'box_AP').replace('mask', 'mask_AP')] = round(
            float(np.mean([average_precision(D[key].get(l, []), P[l]) for l in P])), 4
        )
        r[key + '_pooled'] = round(
            average_precision([d for v in D[key].values() for d in v], tot), 4
        )
    for q, (hit, extra) in S.items():
        r[f'at_score_{q}'] = dict(
            recall=round(hit / tot, 4), precision=round(hit / max(1, hit + extra), 4)
        )
    r['objects'] = tot
    if per_class:
        r['per_class_mask_AP50'] = {
            ms.NAMES[l]: round(average_precision(D['mask50'].get(l, []), P[l]), 3)
            for l in sorted(P)
        }
    m.train(was)
    return r


def freeze_bn(m):
    for x in m.modules():
        if isinstance(x, nn.BatchNorm2d):
            x.eval()


if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('--minutes-a', type=float, default=12)
    ap.add_argument('--minutes-b', type=float, default=40)
    ap.add_argument('--resume')
    ap.add_argument('--lr-a', type=float, default=2e-3)
    ap.add_argument('--lr-b', type=float, default=1e-3)
    ap.add_argument('--bs', type=int, default=8)
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--profile', action='store_true')
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(o.seed)
    m = build().to(memory_format=torch.channels_last)
    pool = ms.backgrounds()
    if o.resume:
        m.load_state_dict(torch.load(o.resume))
    print('params', sum(p.numel() for p in m.parameters()), flush=True)
    bf16_all(m)
    m.train()
    t0 = time.time()
    c0 = time.process_time()
    save = lambda: (
        torch.save(m.state_dict(), HERE + '/maskrcnn_train.tmp'),
        os.replace(HERE + '/maskrcnn_train.tmp', HERE + '/maskrcnn_train.pt'),
    )
    lr = (
        lambda f, it, base: base
        * min(1, (it + 1) / 100)
        * (0.03 + 0.97 * 0.5 * (1 + math.cos(math.pi * min(1, f))))
    )
    for stage, minutes in (('A', o.minutes_a), ('B', o.minutes_b)):
        if minutes <= 0:
            continue
        base = o.lr_a if stage == 'A' else o.lr_b
        opt = torch.optim.AdamW(
            m.parameters(), lr=base, weight_decay=1e-3 if stage == 'A' else 1e-4
        )
        ts = time.time()
        it = 0
        acc = {}
        n = 0
        seed = 1_000_000 * o.seed + (0 if stage == 'A' else 3_000_000)
        frozen = False
        r = random.Random(o.seed)
        while time.time() - ts < minutes * 60:
            f = (time.time() - ts) / (minutes * 60)
            for g in opt.param_groups:
                g['lr'] = lr(f, it, base)
            if stage == 'A':
                X, T = stage_a_batch(seed, pool, 32)
                seed += 32
                L, a = stage_a_loss(m, X, T)
            else:
                if f > 0.7 and not frozen:
                    frozen = True
                    freeze_bn(m)
                    print('BatchNorm statistics frozen', flush=True)
                u = r.random()
                size = (
                    (256, 256)
                    if u < 0.6
                    else (r.randint(192, 320), 256) if u < 0.8 else (256, r.randint(192, 320))
                )
                X, T = zip(*[tensors(ms.scene(seed + i, pool, size=size)) for i in range(o.bs)])
                seed += o.bs
                L = m(list(X), list(T))
                a = torch.zeros(1)
            loss = sum(L.values())
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(m.parameters(), 5.0)
            opt.step()
            it += 1
            n += 1
            for k, v in list(L.items()) + [('acc', a)]:
                acc[k] = acc.get(k, 0) + float(v)
            if n == 50 or (o.profile and n == 5):
                print(
                    stage,
                    it,
                    f'{time.time() - t0:.0f}s cpu {time.process_time() - c0:.0f}s lr {opt.param_groups[0]["lr"]:.5f}',
                    {k.replace('loss_', ''): round(v / n, 3) for k, v in acc.items()},
                    flush=True,
                )
                acc = {}
                n = 0
                if o.profile and it >= 10:
                    break
            if it % 400 == 0:
                save()
                if stage == 'B':
                    bf16_set(m, False)
                    print('eval', it, evaluate(m, 50, start=ms.EVAL_SEED + 100_000), flush=True)
                    bf16_set(m, True)
                    freeze_bn(m) if frozen else None
        if not o.profile:
            save()
    print(
        'trained', f'{time.time() - t0:.0f}s wall {time.process_time() - c0:.0f}s cpu', flush=True
    )
