"""Where the fidelity run's files lie, and how they are written: whole or not at all."""
import json
import os
import pathlib

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path("build/fidelity")


def reference(model, picture):
    return ROOT / "reference" / model / picture


def is_kept(model, picture):
    return reference(model, picture).with_suffix(".json").exists()


def keep(model, picture, answer, tensors):
    """Writes the arrays, then the JSON that says they are whole."""
    path = reference(model, picture)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    save_file({k: v.detach().float().contiguous().clone() for k, v in tensors.items()}, part)
    os.replace(part, path.with_suffix(".safetensors"))
    write_json(path.with_suffix(".json"), answer)


def write_json(path, value):
    part = path.with_suffix(".json.part")
    part.write_text(json.dumps(value, separators=(",", ":")))
    os.replace(part, path)


def container(model, name, files, save, descry):
    """A folder that is a model set: save(path) writes the weights beside the small files."""
    folder = ROOT / "models" / model / name
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "descry.json"
    if done.exists():
        return folder
    for file, text in files.items():
        (folder / file).write_text(text) if isinstance(text, str) else (folder / file).write_bytes(text)
    section = next(v for v in descry.values() if isinstance(v, dict))
    part = folder / "weights.part"
    save(part)
    os.replace(part, folder / section["weights"])
    write_json(done, dict(format=1, name=f"{model} {name}", **descry))
    return folder


def sliced(t, every):
    return t.detach().reshape(-1)[::every]


def moments(modules, run):
    """Each module's output in a run: mean and standard deviation of all its numbers."""
    found, hooks = {}, []
    for name, m in modules.items():
        hooks.append(m.register_forward_hook(lambda _, i, o, name=name: found.update({name: (o.mean().item(), o.std().item())})))
    with torch.no_grad():
        run()
    for h in hooks:
        h.remove()
    return found
