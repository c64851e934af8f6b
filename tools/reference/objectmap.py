"""Class maps from objects by detectron2's rule, written out plainly with numpy.

Run from the repository's root:
    python tools/reference/objectmap.py
It writes inference/segment/testdata/objects.json: objects with masks (COCO's
compressed runs) and the map that combine_semantic_and_instance_outputs of
detectron2/modeling/meta_arch/panoptic_fpn.py makes of them with its defaults
(overlap 0.5, score 0.5), category for segment number and no semantic half.
"""
import json
import os

import numpy as np
from pycocotools import mask as api

TARGET = "inference/segment/testdata/objects.json"


def disc(h, w, y, x, r):
    yy, xx = np.mgrid[:h, :w]
    return (yy - y) ** 2 + (xx - x) ** 2 <= r * r


def combine(h, w, masks, scores, categories, overlap_threshold=.5, instances_score_thresh=.5):
    panoptic = np.zeros((h, w), np.int32)
    classes = np.zeros((h, w), np.uint8)
    current = 0
    for i in np.argsort(-scores, kind="stable"):
        if scores[i] < instances_score_thresh:
            break
        mask = masks[i]
        area = mask.sum()
        if area == 0:
            continue
        intersect = mask & (panoptic > 0)
        if intersect.sum() * 1.0 / area > overlap_threshold:
            continue
        mask = mask & (panoptic == 0)
        current += 1
        panoptic[mask] = current
        classes[mask] = categories[i]
    return classes, current


def case(rng, h, w, n):
    masks, scores, categories = [], [], []
    for _ in range(n):
        m = disc(h, w, rng.integers(0, h), rng.integers(0, w), rng.integers(2, max(3, min(h, w) // 2)))
        if rng.random() < .3:
            m &= rng.random((h, w)) < .7
        if rng.random() < .1:
            m[:] = False
        masks.append(m)
        scores.append(np.float32(rng.choice([.3, .49, .5, .51, .7, .7, .9, .95, .99])))
        categories.append(int(rng.choice([1, 3, 17, 18, 44, 90])))
    classes, painted = combine(h, w, masks, np.array(scores, np.float32), categories)
    return dict(height=h, width=w, painted=painted, map=classes.reshape(-1).tolist(), items=[
        dict(score=float(s), category=c, mask=api.encode(np.asfortranarray(m.astype(np.uint8)))["counts"].decode()) for m, s, c in zip(masks, scores, categories)])


def halves():
    """Overlaps of exactly a half (kept) and one pixel more (left out)."""
    h, w, masks = 4, 10, []
    for x0, x1 in ((0, 4), (2, 6), (5, 8)):
        m = np.zeros((h, w), bool)
        m[:, x0:x1] = True
        masks.append(m)
    extra = masks[2].copy()
    extra[:] = False
    extra[0, 3:8] = True  # 5 pixels, of which 3 lie under others
    masks[2] = extra
    scores, categories = np.array([.9, .8, .7], np.float32), [1, 2, 3]
    classes, painted = combine(h, w, masks, scores, categories)
    return dict(height=h, width=w, painted=painted, map=classes.reshape(-1).tolist(), items=[
        dict(score=float(s), category=c, mask=api.encode(np.asfortranarray(m.astype(np.uint8)))["counts"].decode()) for m, s, c in zip(masks, scores, categories)])


def main():
    rng = np.random.default_rng(5)
    cases = [halves(), case(rng, 20, 30, 0)] + [case(rng, *shape) for shape in ((24, 31, 5), (40, 28, 12), (1, 50, 6), (50, 1, 6), (33, 33, 30))]
    os.makedirs(os.path.dirname(TARGET), exist_ok=True)
    with open(TARGET, "w") as f:
        json.dump(cases, f, separators=(",", ":"))
    print([(c["painted"], len(c["items"])) for c in cases])


if __name__ == "__main__":
    main()
