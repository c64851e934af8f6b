"""Narrow ready-made ONNX models, and what they find.

Run from the repository's root, with onnxruntime beside the pinned packages for
the 8-bit one:
    python tools/reference/readymade.py [torchvision boxes zoo fcn empty]
    python tools/reference/readymade.py int8
It writes, below inference/pipeline/testdata/readymade, NAME.onnx.gz and
NAME.reference.json.gz:
    torchvision  torchvision's Mask R-CNN (91 classes) through torch.onnx.export,
                 any size, as its own test does it; the reference is torchvision
    boxes        torchvision's Faster R-CNN for one batch of one fixed size
    zoo          Mask R-CNN with the Model Zoo's interface: BGR from 0 to 255 without
                 the mean, 81 classes, masks of 28 cells, objects class by class, as
                 the zoo's graph has them; the reference is the same module in torch
                 after the zoo's own preprocessing and maskrcnn-benchmark's Masker
    int8         zoo, quantised by ONNX Runtime to QLinear operators as the zoo's
                 -int8 is, but for weights of 7 bits: on processors without VNNI, sums
                 of 8-bit products are cut off at 16 bits, and the same file finds other
                 things there. Even so the last bit of a float moves steps, and with them some
                 objects; the reference is ONNX Runtime's on an AMD EPYC with AVX2
    fcn          torchvision's FCN, whose caller normalises; the reference is torchvision's
                 preset, the model, arg-max and the nearest pixel
    empty        a graph that, like the zoo's, fails where it finds nothing
"""
import io

import onnx
from onnx import TensorProto, helper
from PIL import Image
from torchvision.models.resnet import BasicBlock

import detector_twins
import semantic
from detector_twins import *

TARGET = "inference/pipeline/testdata/readymade"
MEAN = np.array([102.9801, 115.9465, 122.7717], np.float32)
detector_twins.TWINS.update({
    "torchvision": dict(block=BasicBlock, v2=False, masks=True, classes=91, blocks=[1, 1, 1, 1]),
    "zoo": dict(block=BasicBlock, v2=False, masks=True, classes=81, blocks=[1, 1, 1, 1]),
})
SIZES = [(320, 240), (131, 97), (240, 400), (64, 64), (600, 450)]
FIXED = (160, 128)  # width, height


def write(name, graph, reference):
    os.makedirs(TARGET, exist_ok=True)
    for file, data in ((f"{name}.onnx.gz", graph), (f"{name}.reference.json.gz", json.dumps(reference, separators=(",", ":")).encode() if reference else None)):
        if data is not None:
            with gzip.GzipFile(f"{TARGET}/{file}", "wb", mtime=0) as f:
                f.write(data)
    print(name, len(graph), "bytes", [len(p["scores"]) for p in (reference or dict(pictures=[]))["pictures"]], flush=True)


def record(rgb, seed, boxes, scores, labels, masks):
    h, w = rgb.shape[:2]
    r = dict(seed=seed, width=w, height=h, labels=[int(v) for v in labels], boxes=[float(f"{v:.8g}") for v in np.asarray(boxes).reshape(-1).tolist()],
             scores=[float(f"{v:.8g}") for v in np.asarray(scores).tolist()])
    if masks is not None:
        r.update(areas=[int(k.sum()) for k in masks], columns=[columns(k, b) for k, b in zip(masks, np.asarray(boxes).tolist())])
    return r


def exported(module, args, inputs, outputs, axes):
    f = io.BytesIO()
    torch.onnx.export(module, args, f, opset_version=11, input_names=inputs, output_names=["o" + o for o in outputs],
                      dynamic_axes={k if k in inputs else "o" + k: v for k, v in axes.items()}, do_constant_folding=True)
    graph = onnx.load_from_string(f.getvalue())
    for n in graph.graph.node:
        n.doc_string = ""
        n.output[:] = [o[1:] if o[1:] in outputs else o for o in n.output]  # torch refuses the zoo's names, which are numbers
        n.input[:] = [o[1:] if o[1:] in outputs else o for o in n.input]
    for o in graph.graph.output:
        o.name = o.name[1:]
    return graph.SerializeToString()


def torchvision_():
    m = randomise(twin("torchvision"), 3, [picture(i, *s) for i, s in enumerate(SIZES)], half=True)
    graph = exported(m, ([tensor(picture(0, 320, 240))],), ["images_tensors"], ["boxes", "labels", "scores", "masks"],
                     {"images_tensors": [0, 1, 2], "boxes": [0, 1], "labels": [0], "scores": [0], "masks": [0, 1, 2]})
    pictures = []
    for seed, size in enumerate(SIZES):
        rgb = picture(seed, *size)
        boxes, scores, labels, masks = found(m, rgb)
        pictures.append(record(rgb, seed, boxes, scores, labels, [masks(i) for i in range(len(scores))]))
    pictures.append(shrunk(m, picture(1, 2500, 1200), 1, (639, 1333)))
    write("torchvision", graph, dict(classes=91, pictures=pictures))


@torch.no_grad()
def shrunk(m, rgb, seed, size):
    """A picture whose masks would not fit into memory is made smaller first."""
    x = nn.functional.interpolate(tensor(rgb)[None], size, mode="bilinear", align_corners=False)
    got = m(x)[0]
    boxes = resize_boxes(got["boxes"], size, rgb.shape[:2])
    masks = nn.functional.interpolate(got["masks"], rgb.shape[:2], mode="bilinear", align_corners=False)[:, 0].numpy() > .5 if len(boxes) else []
    return record(rgb, seed, boxes, got["scores"], got["labels"], list(masks))


def boxes_():
    """The picture is scaled to fit, and padded with the mean colour."""
    m = randomise(twin("boxes"), 3, [picture(i, *s) for i, s in enumerate(SIZES)], half=True)
    w, h = FIXED
    graph = exported(m, (tensor(picture(0, w, h))[None],), ["images"], ["boxes", "labels", "scores"], {})
    pictures = []
    for seed, (pw, ph) in enumerate([FIXED, (320, 240), (100, 300)]):
        rgb = picture(seed, pw, ph)
        scale = min(w / pw, h / ph)
        iw, ih = int(pw * scale + 1e-9), int(ph * scale + 1e-9)
        x = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).repeat(1, 1, h, w)
        x[:, :, :ih, :iw] = nn.functional.interpolate(tensor(rgb)[None], (ih, iw), mode="bilinear", align_corners=False)
        got = m(x)[0]
        boxes = resize_boxes(got["boxes"], (ih, iw), (ph, pw))
        boxes = torch.stack([boxes[:, 0].clamp(0, pw), boxes[:, 1].clamp(0, ph), boxes[:, 2].clamp(0, pw), boxes[:, 3].clamp(0, ph)], 1)
        keep = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        pictures.append(record(rgb, seed, boxes[keep].detach(), got["scores"][keep].detach(), got["labels"][keep], None))
    write("boxes", graph, dict(classes=91, pictures=pictures))


class Zoo(nn.Module):
    """A detector behind the Model Zoo's interface."""

    def __init__(self, model):
        super().__init__()
        self.m = model

    def forward(self, image):
        x = image.flip(0)[None] / 58
        sizes = [(image.shape[1], image.shape[2])]
        features = self.m.backbone(x)
        anchors = torchvision.models.detection.image_list.ImageList(x, sizes)
        proposals, _ = self.m.rpn(anchors, features)
        got = self.m.roi_heads(features, proposals, sizes)[0][0]
        order = torch.argsort(got["labels"])
        return got["boxes"][order], got["labels"][order], got["scores"][order], got["masks"][order]


def zoo_input(rgb):
    """preprocess() of the Model Zoo's README, with maskrcnn-benchmark's bound on
    the long side; also the size before padding."""
    h, w = rgb.shape[:2]
    ratio = min(800 / min(w, h), 1333 / max(w, h))
    image = Image.fromarray(rgb).resize((int(ratio * w), int(ratio * h)), Image.BILINEAR)
    x = np.transpose(np.array(image)[:, :, [2, 1, 0]].astype("float32"), [2, 0, 1]) - MEAN[:, None, None]
    padded = np.zeros((3, math.ceil(x.shape[1] / 32) * 32, math.ceil(x.shape[2] / 32) * 32), np.float32)
    padded[:, :x.shape[1], :x.shape[2]] = x
    return padded, (image.height, image.width)


def zoo_record(rgb, seed, size, boxes, labels, scores, masks):
    """By falling score, boxes scaled by axis, masks pasted (Masker)."""
    order = np.argsort(-scores, kind="stable")
    boxes, labels, scores, masks = (torch.from_numpy(np.ascontiguousarray(v[order])) for v in (boxes, labels, scores, masks))
    boxes = resize_boxes(boxes, size, rgb.shape[:2])
    padded, scale = expand_masks(masks, padding=1)
    pasted = [paste_mask_in_image(p[0], b, *rgb.shape[:2]).numpy() > .5 for p, b in zip(padded, expand_boxes(boxes, scale).to(torch.int64))]
    h, w = rgb.shape[:2]
    for i, most in enumerate((w, h, w, h)):
        boxes[:, i] = boxes[:, i].clamp(0, most)
    return record(rgb, seed, boxes, scores, labels, pasted)


def zoo_model():
    return Zoo(randomise(twin("zoo"), 5, [picture(i, *s) for i, s in enumerate(SIZES)], half=True)).eval()


@torch.no_grad()
def zoo_():
    m = zoo_model()
    m.m.transform = None
    graph = exported(m, (torch.from_numpy(zoo_input(picture(0, 320, 240))[0]),), ["image"], ["6568", "6570", "6572", "6887"],
                     {"image": {1: "height", 2: "width"}, "6568": {0: "nbox"}, "6570": {0: "nbox"}, "6572": {0: "nbox"}, "6887": {0: "nbox"}})
    pictures = []
    for seed, size in enumerate(SIZES[:4] + [(1000, 180)]):
        rgb = picture(seed, *size)
        x, inner = zoo_input(rgb)
        boxes, labels, scores, masks = (v.numpy() for v in m(torch.from_numpy(x)))
        pictures.append(zoo_record(rgb, seed, inner, boxes, labels, scores, masks))
    write("zoo", graph, dict(classes=81, pictures=pictures))


def int8_():
    import tempfile

    import onnxruntime
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Pictures(CalibrationDataReader):
        def __init__(self):
            self.rest = [zoo_input(picture(20 + i, 320, 240))[0] for i in range(3)]

        def get_next(self):
            return {"image": self.rest.pop()} if self.rest else None

    with tempfile.TemporaryDirectory() as folder:
        full, small = f"{folder}/zoo.onnx", f"{folder}/int8.onnx"
        with gzip.open(f"{TARGET}/zoo.onnx.gz") as f, open(full, "wb") as to:
            to.write(f.read())
        quantize_static(full, small, Pictures(), quant_format=QuantFormat.QOperator, op_types_to_quantize=["Conv", "Gemm", "MatMul"],
                        weight_type=QuantType.QInt8, activation_type=QuantType.QUInt8, per_channel=True, reduce_range=True)
        session = onnxruntime.InferenceSession(small)
        pictures = []
        for seed, size in enumerate(SIZES[:3]):
            rgb = picture(seed, *size)
            x, inner = zoo_input(rgb)
            pictures.append(zoo_record(rgb, seed, inner, *session.run(None, {"image": x})))
        write("int8", open(small, "rb").read(), dict(classes=81, pictures=pictures))


@torch.no_grad()
def fcn_():
    m = list(semantic.twins())[1][3]
    semantic.put_in_order(m, 1, [semantic.prepare(picture(i, 96, 96), 96) for i in range(2)], half=True)
    m.eval()
    graph = exported(m, (semantic.prepare(picture(0, 96, 96), 96),), ["input"], ["out"], {"input": [2, 3], "out": [2, 3]})
    maps = []
    for seed, (w, h) in enumerate([(131, 97), (60, 150)]):
        best = semantic.answer(m, picture(seed, w, h), 520)[2]
        maps.append(dict(seed=seed, width=w, height=h, map=semantic.runs(best.reshape(-1))))
        print("shares", np.bincount(best.reshape(-1)) / best.size)
    write("fcn", graph, dict(classes=len(semantic.NAMES), pictures=[dict(scores=[])], maps=maps))


def empty_():
    """One object where a pixel is bright; where none is, the first row of none,
    which the runtime refuses, as it does much else of exported detectors that find
    nothing (pytorch/vision issue 2251)."""
    node, init = helper.make_node, []

    def const(name, values, kind=TensorProto.INT64, dims=None):
        init.append(helper.make_tensor(name, kind, dims if dims is not None else [len(values)], values))
        return name

    nodes = [
        node("Greater", ["image", const("bright", [100.], TensorProto.FLOAT)], ["is"]),
        node("NonZero", ["is"], ["places"]),
        node("Slice", ["places", const("zero", [0]), const("one", [1]), const("axis", [1])], ["first"]),
        node("Cast", ["first"], ["floats"], to=TensorProto.FLOAT),
        node("Slice", ["floats", const("two", [2]), const("three", [3]), const("rows", [0])], ["x"]),
        node("Slice", ["floats", "one", "two", "rows"], ["y"]),
        node("Add", ["x", const("size", [40.], TensorProto.FLOAT)], ["right"]),
        node("Add", ["y", "size"], ["below"]),
        node("Concat", ["x", "y", "right", "below"], ["corners"], axis=0),
        node("Reshape", ["corners", const("shape", [-1, 4])], ["found"]),
        node("Gather", ["found", const("best", [0], dims=[])], ["most"]),
        node("Mul", ["most", const("none", [0.], TensorProto.FLOAT, [])], ["offset"]),
        node("Add", ["found", "offset"], ["6568"]),
        node("Slice", ["first", "zero", "one", "rows"], ["any"]),
        node("Reshape", ["any", const("flat", [-1])], ["channel"]),
        node("Add", ["channel", "one"], ["6570"]),
        node("Cast", ["6570"], ["label"], to=TensorProto.FLOAT),
        node("Sigmoid", ["label"], ["6572"]),
        node("Shape", ["label"], ["n"]),
        node("Concat", ["n", const("cells", [1, 28, 28])], ["sizes"], axis=0),
        node("ConstantOfShape", ["sizes"], ["6887"], value=helper.make_tensor("v", TensorProto.FLOAT, [1], [.9])),
    ]
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "empty", [info("image", TensorProto.FLOAT, [3, "height", "width"])], [
        info("6568", TensorProto.FLOAT, ["nbox", 4]), info("6570", TensorProto.INT64, ["nbox"]), info("6572", TensorProto.FLOAT, ["nbox"]),
        info("6887", TensorProto.FLOAT, ["nbox", 1, 28, 28])], init)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=7)
    onnx.checker.check_model(model)
    write("empty", model.SerializeToString(), None)


def main():
    torch.set_num_threads(1)
    make = {"torchvision": torchvision_, "boxes": boxes_, "zoo": zoo_, "fcn": fcn_, "empty": empty_, "int8": int8_}
    for name in sys.argv[1:] or ("torchvision", "boxes", "zoo", "fcn", "empty"):
        make[name]()


if __name__ == "__main__":
    main()
