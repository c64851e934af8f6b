"""torchvision's detectors at full size, and what they find.

Weights are those of ../detectors.py (how there come to be some objects of several classes
stands there), with other classes: each class is made to answer
to one proposal of one of the pictures, whose features are whitened for it (templates). v1 has the 2019 file's keys in the legacy container and the frozen norm with
eps 0; v2 today's keys in the zip. maskrcnn-v1-onnx is torchvision's own export of v1,
and its reference what onnxruntime's Python makes of that file: traced on 640 x 480, the export finds in
pictures of quite other proportions not what the model itself finds there. -r101- and
-r152- are v1 and v2 on the deeper bodies, for which torchvision publishes no weights.

Followed: torchvision 0.14.1. For v1 its own size rule (the scale in float32: a side of 480
becomes 799); for v2 that of later versions (float64), put in here. Masks are pasted as 0.14.1
does it, one by one.
"""
import json

import detectors
import numpy as np
import torch
import torchvision
from keep import ROOT, container, is_kept, keep, sliced
from maskrcnn import runs
from PIL import Image
from torchvision.models.detection import transform

EVERY = 997  # which elements of the pyramid's maps are kept
WEIGHTS = {"maskrcnn-v1": "maskrcnn_resnet50_fpn_coco.pth", "maskrcnn-v2": "maskrcnn_resnet50_fpn_v2_coco.pth",
           "fasterrcnn-v1": "fasterrcnn_resnet50_fpn_coco.pth", "fasterrcnn-v2": "fasterrcnn_resnet50_fpn_v2_coco.pth"}
EXPORT = "maskrcnn_resnet50_fpn.onnx"
DEPTHS = {"maskrcnn-r101-v1": 101, "maskrcnn-r152-v2": 152}
FOLLOWED = {"v1": "float32", "v2": "float64"}
COUNTED = {"v1": 8, "v2": 4}  # on how many of the pictures the classes are chosen
WANTED = 25
HIGHEST = 6.
SMALL = 2 ** -8


def float64_sizes(image, low, high, target=None, fixed_size=None):
    """_resize_image_and_masks of torchvision from 0.16 on, for one image."""
    h, w = image.shape[-2:]
    scale = min(low / min(h, w), high / max(h, w))
    resized = torch.nn.functional.interpolate(image[None], scale_factor=scale, mode="bilinear", recompute_scale_factor=True, align_corners=False)[0]
    return resized, target


def follow(rule, own=transform._resize_image_and_masks):
    transform._resize_image_and_masks = float64_sizes if rule == "float64" else own


def save(m, name):
    architecture = "maskrcnn_resnet_fpn" if name.startswith("mask") else "fasterrcnn_resnet_fpn"
    version = name[-2:]
    files = {"config.json": json.dumps(dict(size_rule=FOLLOWED[version]))}
    container(name, "torch-legacy" if version == "v1" else "torch-zip", files, lambda p: detectors.save(m, name, p),
              dict(instances=dict(architecture=architecture, weights=WEIGHTS.get(name, name + ".pth"), config="config.json")))


@torch.no_grad()
def calm(model, pictures):
    """Brings the highest objectness to HIGHEST, where trained models have theirs. Above 17 the sigmoid is 1
    in float32, and of more than a thousand such proposals torch's unstable sort would say which go on."""
    high, m = [], model.rpn.head.cls_logits
    hook = m.register_forward_hook(lambda m, i, o: high.append(o.max().item()))
    for p in pictures:
        model.rpn.head(list(model.backbone(model.transform([detectors.tensor(p)])[0].tensors).values()))
    hook.remove()
    m.weight.mul_(HIGHEST / max(high))
    m.bias.mul_(HIGHEST / max(high))


@torch.no_grad()
def templates(model, pictures):
    """Makes each class answer to one proposal, of another picture each time: its row is that proposal's
    features, whitened (a linear discriminant), so that it scores 6 to 9 there and little elsewhere; the
    background's score is found by bisection so that WANTED objects are found in a picture on average."""
    calm(model, pictures)
    heads, seen = model.roi_heads, []
    predictor, least, heads.score_thresh = heads.box_predictor, heads.score_thresh, 2.
    hooks = [model.rpn.register_forward_hook(lambda m, i, o: seen.append(dict(proposals=o[0]))),
             predictor.register_forward_hook(lambda m, i, o: seen[-1].update(features=i[0], deltas=o[1]))]
    for p in pictures:
        x = model.transform([detectors.tensor(p)])[0]
        features = model.backbone(x.tensors)
        heads(features, model.rpn(x, features)[0], x.image_sizes)
        seen[-1]["sizes"] = x.image_sizes
    for h in hooks:
        h.remove()
    heads.score_thresh = least
    g, every = torch.Generator().manual_seed(3), torch.cat([s["features"] for s in seen])
    mean, covariance = every.mean(0), torch.cov((every - every.mean(0)).T)
    whiten = torch.linalg.inv(covariance + .1 * covariance.diagonal().mean() * torch.eye(len(mean)))
    m = predictor.cls_score
    m.weight.zero_()
    m.bias.zero_()
    for c in range(1, len(m.bias)):
        rows = seen[c % len(seen)]["features"]
        like = rows[torch.randint(len(rows), (1,), generator=g)[0]] - mean
        row = whiten @ like
        m.weight[c] = row * (6 + 3 * torch.rand(1, generator=g)) / (row @ like)
        m.bias[c] = -(m.weight[c] @ mean)
    low, high = -20., 40.
    for _ in range(16):
        m.bias[0] = (low + high) / 2
        counts = [len(heads.postprocess_detections(m(s["features"]), s["deltas"], s["proposals"], s["sizes"])[1][0]) for s in seen]
        low, high = (m.bias[0].item(), high) if sum(counts) > WANTED * len(seen) else (low, m.bias[0].item())
    print("objects:", counts, flush=True)


@torch.no_grad()
def shrink(m):
    """Makes every eighth channel of the body's convolutions small, and its norm's statistics with it: the
    same network with eps 0, and quite another with eps 1e-5."""
    for block in m.backbone.body.modules():
        pairs = [(getattr(block, f"conv{i}", None), getattr(block, f"bn{i}", None)) for i in (1, 2, 3)]
        if getattr(block, "downsample", None) is not None:
            pairs.append(tuple(block.downsample))
        for conv, norm in pairs:
            if conv is not None:
                conv.weight[::8] *= SMALL
                norm.running_mean[::8] *= SMALL
                norm.running_var[::8] *= SMALL ** 2
    return m


def model(name, pictures):
    """The model, made once: its weights lie beside it in torch's own form."""
    kept = ROOT / "models" / name / "state.pt"
    if kept.exists():
        m = detectors.skeleton(name, DEPTHS.get(name, 50)).eval()
        m.load_state_dict(torch.load(kept))
        return m
    if name.startswith("faster"):  # the same numbers without the mask head
        m = detectors.skeleton(name).eval()
        m.load_state_dict({k: v for k, v in model(name.replace("faster", "mask"), pictures).state_dict().items() if not k.startswith("roi_heads.mask")})
        return m
    detectors.classify = templates
    m = detectors.official(name, 1, DEPTHS.get(name, 50), pictures=[np.asarray(Image.open(ROOT / "pictures" / p["decoded"])) for p in pictures[:COUNTED[name[-2:]]]])
    if name.endswith("v1"):
        shrink(m)
    kept.parent.mkdir(parents=True, exist_ok=True)
    torch.save(m.state_dict(), str(kept) + ".part")
    (kept.parent / "state.pt.part").rename(kept)
    return m


@torch.no_grad()
def stages(m, rgb):
    """What detectors.found computes, with what is between."""
    seen = {}
    hooks = [m.backbone.register_forward_hook(lambda _, i, o: seen.update(pixels=i[0], maps=list(o.values()))),
             m.rpn.head.register_forward_hook(lambda _, i, o: seen.update(logits=o[0], deltas=o[1])),
             m.rpn.register_forward_hook(lambda _, i, o: seen.update(proposals=o[0][0], sizes=i[0].image_sizes[0])),
             m.roi_heads.register_forward_hook(lambda _, i, o: seen.update(found=o[0][0]))]
    boxes, scores, labels, masks = detectors.found(m, rgb)
    for h in hooks:
        h.remove()
    tensors = {"pixels": seen["pixels"], "proposals": seen["proposals"]}
    for i, p in enumerate(seen["maps"][:4]):
        tensors[f"p{i + 2}"] = sliced(p, EVERY)
    for i, (logits, deltas) in enumerate(zip(seen["logits"], seen["deltas"])):
        tensors[f"logits.{i}"] = sliced(logits.permute(0, 2, 3, 1), 101)
        tensors[f"deltas.{i}"] = sliced(deltas.permute(0, 2, 3, 1), 101)
    if masks:
        tensors["masks"] = seen["found"]["masks"]
    answer = dict(height=rgb.shape[0], width=rgb.shape[1], resized=list(seen["sizes"]), every=dict(p=EVERY, logits=101, deltas=101),
                  boxes=boxes.tolist(), scores=scores.tolist(), labels=labels.tolist(), runs=[runs(masks(i)) for i in range(len(scores))] if masks else [])
    return answer, tensors


def run(name, pictures, _, everything):
    onnx = name.endswith("-onnx")
    missing = [p for p in pictures if not is_kept(name, p["name"])]
    if not missing and any((ROOT / "models" / name).glob("*/descry.json")):
        return
    base = name.removesuffix("-onnx")
    m = model(base, everything)
    if onnx:
        follow("float32")  # as an export has it
        container(name, "onnx", {}, lambda p: export(m, p), dict(instances=dict(architecture="onnx", weights=EXPORT)))
    else:
        save(m, name)
        follow(FOLLOWED[base[-2:]])
    for p in missing:
        rgb = np.asarray(Image.open(ROOT / "pictures" / p["decoded"]))
        answer, tensors = exported(ROOT / "models" / name / "onnx" / EXPORT, rgb) if onnx else stages(m, rgb)
        keep(name, p["name"], answer, tensors)
        s = answer["scores"]
        print(name, p["name"], len(s), "objects of", len(set(answer["labels"])), "classes, least gap", min([a - b for a, b in zip(s, s[1:])], default=0), flush=True)


def exported(path, rgb):
    """What ONNX Runtime makes of an export."""
    import onnxruntime  # only here: the other models do without

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    boxes, labels, scores, masks = session.run(None, {"image": detectors.tensor(rgb).numpy()})
    answer = dict(height=rgb.shape[0], width=rgb.shape[1], boxes=boxes.tolist(), scores=scores.tolist(), labels=labels.tolist(), runs=[runs(m[0] > .5) for m in masks])
    return answer, {"scores": torch.from_numpy(scores)}


def export(m, path):
    names = ["boxes", "labels", "scores", "masks"]
    axes = {"image": {1: "height", 2: "width"}, "boxes": {0: "n"}, "labels": {0: "n"}, "scores": {0: "n"}, "masks": {0: "n", 2: "height", 3: "width"}}
    torch.onnx.export(m, ([torch.rand(3, 480, 640)],), str(path), opset_version=11, input_names=["image"], output_names=names, dynamic_axes=axes)
