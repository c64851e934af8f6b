"""One tiny state dict in every container and type that models/weights reads.

Run from the repository's root:
    python tools/reference/containers.py

Writes models/weights/testdata/: files made by torch.save and by safetensors,
and tensors.json with what each tensor holds. The files that must be refused
are named refused.*.
"""
import argparse
import collections
import json
import pathlib

import torch
from safetensors.torch import save_file

OUT = pathlib.Path("models/weights/testdata")
LEGACY = {"_use_new_zipfile_serialization": False}


class Tied(torch.nn.Module):
    """BLIP's decoder ties its output bias to the predictions' bias so."""

    def __init__(self):
        super().__init__()
        self.decoder = torch.nn.Linear(3, 4)
        self.bias = self.decoder.bias


def tensors():
    """A tensor of each type, a scalar, an empty one and one with 4 dimensions."""
    torch.manual_seed(20240101)
    return collections.OrderedDict(
        [
            ("conv.weight", torch.randn(4, 3, 2, 2)),
            ("half", torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 1e-5, float("inf")]).half()),
            ("bfloat", torch.tensor([[1.0, -3.0], [1e30, 1e-30]]).bfloat16()),
            ("double", torch.tensor([1.0 / 3.0, -2e100 / 1e100, 5e-300 * 1e300], dtype=torch.float64)),
            ("num_batches_tracked", torch.tensor(1234567)),
            ("ids", torch.arange(-2, 4)),
            ("empty", torch.zeros(0, 5)),
        ]
    )


def described(state):
    """Type, shape and values (as float32) of each tensor, in order."""
    return [
        {"name": k, "dtype": str(v.dtype), "shape": list(v.shape), "values": [repr(x) for x in v.detach().float().flatten().tolist()]}
        for k, v in state.items()
    ]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    expected = {}

    def save(name, content, state=None, **options):
        torch.save(content, OUT / name, **options)
        if state is not None:
            expected[name] = described(state)

    plain = tensors()
    for suffix, options in [("zip.pth", {}), ("legacy.pth", LEGACY)]:
        save(f"plain.{suffix}", plain, plain, **options)
        save(f"wrapped.{suffix}", {"epoch": 3, "model": plain, "lr": [0.1, 1e-3]}, plain, **options)
        tied = Tied()
        with torch.no_grad():
            tied.bias.copy_(torch.arange(4.0))
            tied.decoder.weight.copy_(torch.arange(12.0).view(4, 3) / 8)
        save(f"tied.{suffix}", tied.state_dict(), tied.state_dict(), **options)
        parameters = collections.OrderedDict(tied.named_parameters())
        save(f"parameters.{suffix}", parameters, parameters, **options)
        whole = torch.arange(24.0).view(4, 6)
        views = collections.OrderedDict([("head", whole[:1]), ("rest", whole[1:]), ("column", whole[:, :1].contiguous())])
        save(f"views.{suffix}", views, views, **options)
        # As torch saves what does not lie row by row in memory.
        conv = torch.arange(48.0).view(2, 4, 3, 2).contiguous(memory_format=torch.channels_last)
        turned = collections.OrderedDict(
            [("fine", whole), ("turned", whole.t()), ("conv", conv), ("half", conv.half().permute(2, 0, 1, 3)), ("one", whole.clone()[:, :1].t().contiguous().t())]
        )
        save(f"permuted.{suffix}", turned, turned, **options)
        # These cannot be read in place, which matters only to who asks for them.
        save(f"gaps.{suffix}", {"fine": whole, "spread": torch.arange(4.0)[:2].expand(2, 2), "every second": torch.arange(9.0)[::2]}, **options)
        save(f"refused.namespace.{suffix}", {"model": plain, "args": argparse.Namespace(lr=0.1)}, **options)
        save(f"refused.list.{suffix}", [whole], **options)
    save_file({k: v for k, v in plain.items()}, OUT / "plain.safetensors", metadata={"format": "pt"})
    expected["plain.safetensors"] = sorted(described(plain), key=lambda t: t["name"])
    # In the zip container alone: the legacy one would hold torch's source text.
    save("refused.module.zip.pth", torch.nn.Linear(2, 2))
    for file in OUT.iterdir():
        file.chmod(0o644)
    (OUT / "tensors.json").write_text(json.dumps(expected, indent=0) + "\n")


if __name__ == "__main__":
    main()
