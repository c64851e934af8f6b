"""Builds the official models at full size with random weights, in their official
containers, and what the official code makes of the pictures with them.

Run from the repository's root (make fidelity does):
    python tools/reference/full/build.py [--most N] [MODEL ...]
Everything goes below build/fidelity. It takes hours on a small machine and may be
stopped at any time: what is whole is kept, and the next run goes on from there.
"""
import argparse
import json
import os
import pathlib
import sys
import time

sys.path.insert(1, str(pathlib.Path(__file__).parent.parent))

import album  # noqa: E402
import captioners  # noqa: E402
import finders  # noqa: E402
import keep  # noqa: E402
import segmenters  # noqa: E402
import torch  # noqa: E402

# Which pictures each model is shown, the telling ones first, and how many at most.
SHAPES = ["dog", "chroma420", "exif-portrait-2", "tall", "cmyk", "vast", "tiny", "wide", "chroma444", "grey", "truck", "alpha", "stop-sign"]
MODELS = [
    ("blip-base", captioners, 24), ("maskrcnn-v1", finders, 10), ("maskrcnn-v2", finders, 10), ("deeplabv3_resnet101", segmenters, 10),
    ("deeplabv3_mobilenet_v3_large", segmenters, 10), ("lraspp_mobilenet_v3_large", segmenters, 10), ("blip-large", captioners, 20),
    ("fasterrcnn-v1", finders, 4), ("fasterrcnn-v2", finders, 4), ("deeplabv3_resnet50", segmenters, 4), ("fcn_resnet50", segmenters, 4),
    ("fcn_resnet101", segmenters, 4), ("blip-base-fp16", captioners, 8), ("maskrcnn-v1-onnx", finders, 4),
    ("maskrcnn-r101-v1", finders, 2), ("maskrcnn-r152-v2", finders, 2),
]


def order(listed):
    """The pictures by SHAPES, then the rest."""
    by_name = {p["name"]: p for p in listed}
    first = [by_name[n] for n in SHAPES if n in by_name]
    return first + [p for p in listed if p not in first]


def vocabulary():
    """BERT's uncased words, which stand beside the official weights."""
    path = pathlib.Path(os.environ.get("BERT_VOCABULARY", album.SHARED / "bert" / "vocab.txt"))
    if not path.exists():
        sys.exit("BLIP needs BERT's uncased vocabulary (vocab.txt of Salesforce/blip-image-captioning-base): name it in BERT_VOCABULARY.")
    return path.read_text()


def spent(name, seconds):
    """Adds to what a model has taken in all runs together."""
    path = keep.ROOT / "times.json"
    times = json.loads(path.read_text()) if path.exists() else {}
    times[name] = times.get(name, 0) + seconds
    keep.write_json(path, times)
    print(f"{name}: {seconds:.0f} s", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("models", nargs="*")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    listed = order(album.write(pathlib.Path("build/fidelity/pictures")))
    for name, kind, most in MODELS:
        if options.models and name not in options.models:
            continue
        start = time.time()
        kind.run(name, listed[:min(most, options.most)], vocabulary, listed)
        spent(name, time.time() - start)


if __name__ == "__main__":
    main()
