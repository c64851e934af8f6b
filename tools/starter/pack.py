"""Packs the exported models as the set that is built into the program.

    python3 tools/starter/pack.py OUT resources/starter

OUT is what `eval.py export` and `eval.py export_deeplabv3` wrote: a folder for
each model with model.fp16.safetensors and its configuration. The files are
copied and a descry.json is written that names each with its SHA-256. With no
arguments, the sums in resources/starter/descry.json are made anew.
"""
import hashlib
import json
import pathlib
import shutil
import sys

SECTIONS = {
    "caption": {
        "architecture": "blip",
        "weights": "blip/model.fp16.safetensors",
        "config": "blip/config.json",
        "preprocessor": "blip/preprocessor_config.json",
        "vocabulary": "blip/vocab.txt",
        "prompt": "",
        "beams": 1,
        "max_tokens": 30,
    },
    "instances": {
        "architecture": "maskrcnn_resnet_fpn",
        "weights": "maskrcnn/model.fp16.safetensors",
        "config": "maskrcnn/config.json",
        "score": 0.7,
    },
    "classes": {
        "architecture": "deeplabv3_resnet",
        "weights": "deeplabv3/model.fp16.safetensors",
        "config": "deeplabv3/config.json",
    },
}
FILES = ["weights", "config", "preprocessor", "vocabulary"]


def pack(source, target):
    """Copies the files that SECTIONS names and writes descry.json."""
    whole = {
        "format": 1,
        "name": "starter",
        "description": "Small models trained on drawn scenes of emoji objects: "
        "they name drawings of 63 kinds of thing, not photographs.",
        "license": "BSD-3-Clause",
    }
    for task, section in SECTIONS.items():
        sums = {}
        for key in FILES:
            if key not in section:
                continue
            path = target / section[key]
            if source != target:
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / section[key], path)
            sums[key] = hashlib.sha256(path.read_bytes()).hexdigest()
        whole[task] = {**section, "sha256": sums}
    (target / "descry.json").write_text(json.dumps(whole, indent=2) + "\n")


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parents[2] / "resources" / "starter"
    folders = [pathlib.Path(a) for a in sys.argv[1:]] or [here, here]
    pack(*folders)
