"""What torch gives for each operator that models/onnx can write.

Run from the repository's root:
    python tools/reference/operators.py    writes inference/ort/testdata/operators.json

Each case is named after the Graph method it is about, a slash and what is special.
The inputs are small random arrays (seed 4); the outputs are torch's, torchvision's
for RoI align.
"""
import json

import torch
import torch.nn.functional as F
import torchvision

TARGET = "inference/ort/testdata/operators.json"
torch.manual_seed(4)
r = torch.randn
cases = {}


def case(name, inputs, outputs):
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    cases[name] = {"in": [pack(t) for t in inputs], "out": [pack(t) for t in outputs]}


def pack(t):
    kinds = {torch.float32: "float32", torch.int64: "int64", torch.bool: "uint8"}
    kind = kinds[t.dtype]
    data = t.contiguous().reshape(-1)
    if kind == "float32":
        data = [float(f"{v:.7g}") for v in data.tolist()]
    else:
        data = [int(v) for v in data.tolist()]
    shape = list(t.shape) or [1]
    return {"type": kind, "shape": shape, "data": data}


def rounded(*shape):
    """Random numbers that the seven digits in the file give exactly enough."""
    return (r(*shape) * 1024).round() / 1024


a, b = rounded(2, 3, 4), rounded(3, 1)
for name, f in {"Add": torch.add, "Sub": torch.sub, "Mul": torch.mul, "Div": torch.div, "Less": torch.lt, "Equal": torch.eq}.items():
    case(name + "/broadcast", [a, b], f(a, b))
i, j = torch.tensor([7, 8, 9]), torch.tensor([2, 8, -1])
case("Equal/int64", [i, j], i == j)
case("Div/int64 truncates", [torch.tensor([7, 9]), torch.tensor([2, 4])], torch.tensor([3, 2]))
case("Where", [a, b.expand(2, 3, 4).contiguous()], torch.where(a < b, a, b.expand(2, 3, 4)))
case("Cast/float to int64", [torch.tensor([1.7, -1.7, 3.0])], torch.tensor([1, -1, 3]))
case("Cast/int64 to float", [i], i.float())
case("Identity", [a], a)
p = rounded(3, 4).abs()
case("Sqrt", [p], p.sqrt())
for name, f in {"Tanh": torch.tanh, "Erf": torch.erf, "Sigmoid": torch.sigmoid, "Relu": torch.relu, "Gelu": F.gelu}.items():
    case(name, [a * 2], f(a * 2))
for name, f in {"HardSigmoid": F.hardsigmoid, "HardSwish": F.hardswish}.items():
    case(name, [a * 3], f(a * 3))
case("Softmax/last", [a], a.softmax(-1))
case("Softmax/axis 1", [a], a.softmax(1))
case("LogSoftmax", [a], a.log_softmax(-1))
s, t = rounded(4), rounded(4)
case("LayerNorm", [a, s, t], F.layer_norm(a, (4,), s, t, 1e-5))
case("ReduceMean/keep", [a], a.mean((0, 2), keepdim=True))
case("ReduceMean/drop", [a], a.mean(-1))
case("ReduceMax", [a], a.amax(1))
case("ArgMax/keep", [a], a.argmax(1, keepdim=True))
tie = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0]])
case("ArgMax/first of equals", [tie], torch.tensor([1, 0]))
case("TopK", [a, torch.tensor([2])], list(a.topk(2, -1)))

m, n = rounded(2, 3, 4), rounded(2, 4, 5)
case("MatMul", [m, n], m @ n)
w, c = rounded(6, 4), rounded(6)
case("LinearT/bias", [m, w, c], F.linear(m, w, c))
case("LinearT/no bias", [m, w], F.linear(m, w))
case("Gemm/bias", [m[0], w, c], F.linear(m[0], w, c))
case("Gemm/no bias", [m[0], w], F.linear(m[0], w))
k = rounded(2, 5, 4)
case("FusedMatMul/transB alpha", [m, k], 0.5 * m @ k.transpose(1, 2))
left, right = m, rounded(2, 3, 2)
case("FusedMatMul/transA", [left, right], left.transpose(1, 2) @ right)


def heads(x, n):
    return x.view(x.shape[0], x.shape[1], n, -1).transpose(1, 2)


def attend(q, k, v, bias=0):
    p = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5 + bias).softmax(-1)
    return (p @ v).transpose(1, 2).flatten(2)


q, k, v = rounded(2, 3, 8), rounded(2, 5, 8), rounded(2, 5, 8)
case("MultiHeadAttention/three axes", [q, k, v], attend(heads(q, 2), heads(k, 2), heads(v, 2)))
case("MultiHeadAttention/cached keys", [q, heads(k, 2), heads(v, 2)], attend(heads(q, 2), heads(k, 2), heads(v, 2)))
bias = rounded(1, 1, 3, 5)
case("MultiHeadAttention/bias", [q, k, v, bias], attend(heads(q, 2), heads(k, 2), heads(v, 2), bias))
square = torch.full((3, 3), float("-inf")).triu(1)
case("MultiHeadAttention/causal", [q, k[:, :3], v[:, :3]], attend(heads(q, 2), heads(k[:, :3], 2), heads(v[:, :3], 2), square))

x = rounded(1, 4, 6, 5)
w, c = rounded(6, 4, 3, 3), rounded(6)
case("Conv/plain", [x, w, c], F.conv2d(x, w, c))
case("Conv/stride 2 pad 1", [x, w, c], F.conv2d(x, w, c, stride=2, padding=1))
case("Conv/dilation 2 pad 2 no bias", [x, w], F.conv2d(x, w, padding=2, dilation=2))
w = rounded(4, 1, 3, 3)
case("Conv/groups", [x, w], F.conv2d(x, w, padding=1, groups=4))
w, c = rounded(4, 3, 2, 2), rounded(3)
case("ConvTranspose/stride 2", [x, w, c], F.conv_transpose2d(x, w, c, stride=2))
mean, var = rounded(4), rounded(4).abs()
scale, shift = rounded(4), rounded(4)
case("BatchNorm", [x, scale, shift, mean, var], F.batch_norm(x, mean, var, scale, shift, eps=1e-3))
case("MaxPool/3 2 1", [x], F.max_pool2d(x, 3, 2, 1))
case("MaxPool/1 2 0", [x], F.max_pool2d(x, 1, 2, 0))
case("GlobalAveragePool", [x], F.adaptive_avg_pool2d(x, 1))
for h, w in ((12, 10), (11, 7), (3, 2), (1, 1)):
    sizes = torch.tensor([1, 4, h, w])
    case(f"Resize/nearest {h}x{w}", [x, sizes], F.interpolate(x, (h, w), mode="nearest"))
    case(f"Resize/linear {h}x{w}", [x, sizes], F.interpolate(x, (h, w), mode="bilinear", align_corners=False))
one = rounded(1, 4, 1, 1)
case("Resize/linear from 1x1", [one, torch.tensor([1, 4, 3, 4])], F.interpolate(one, (3, 4), mode="bilinear", align_corners=False))
x = rounded(2, 2, 12, 10)
boxes = torch.tensor([[1.5, 2.0, 30.0, 41.0], [0.0, 0.0, 39.0, 47.0], [10.0, 10.0, 10.5, 10.25], [-8.0, -3.0, 50.0, 60.0]])
batch = torch.tensor([0, 1, 1, 0])
rois = torch.cat([batch[:, None].float(), boxes], 1)
for ratio in (2, 0):
    for aligned in (False, True):
        y = torchvision.ops.roi_align(x, rois, (3, 2), 0.25, ratio, aligned)
        case(f"RoiAlign/ratio {ratio} aligned {aligned}", [x, boxes, batch], y)

case("Shape", [a], torch.tensor([2, 3, 4]))
case("Dim/1", [a], torch.tensor([3]))
case("Dim/-1", [a], torch.tensor([4]))
case("Dim/-2", [a], torch.tensor([3]))
case("Reshape", [a], a.reshape(2, -1))
case("ReshapeTo", [a, torch.tensor([4, 6])], a.reshape(4, 6))
case("Flatten", [a], a.reshape(6, 4))
case("Transpose", [a], a.permute(2, 0, 1))
case("Unsqueeze", [b], b[None, :, :, None])
case("Squeeze", [b], b[:, 0])
case("Expand", [b, torch.tensor([2, 3, 4])], b.expand(2, 3, 4))
case("Concat", [a, a + 1], torch.cat([a, a + 1], 1))
case("Split", [a], list(a.split([1, 2], 1)))
case("Slice/middle", [a], a[:, 1:2])
case("Slice/from the end", [a], a[..., -2:])
case("SliceTo", [a, torch.tensor([1]), torch.tensor([3])], a[:, :, 1:3])
case("Gather/axis 1", [a, torch.tensor([2, 0])], a[:, [2, 0]])
case("Gather/rows", [b, torch.tensor([[0, 2], [1, 1]])], b[torch.tensor([[0, 2], [1, 1]])])
case("Range", [torch.tensor([5])], torch.arange(5))
case("ConstantOfShape", [torch.tensor([2, 3])], torch.full((2, 3), -1.5))
case("ConstFloats", [b], b + torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
case("ConstInts", [i], i + torch.tensor([1, 2, 3]))
case("ConstFloat", [b], b * 0.5)
case("ConstInt", [i], i * 3)

with open(TARGET, "w") as f:
    f.write("{\n" + ",\n".join(json.dumps(k) + ": " + json.dumps(v, separators=(",", ":")) for k, v in cases.items()) + "\n}\n")
