"""A tiny random BLIP and what transformers computes with it.

Run from the repository's root:
    python tools/reference/blip.py
It writes, below inference/pipeline/testdata/blip: config.json, vocab.txt, model.safetensors and tied.safetensors (no decoder.weight, fp16), and reference.json.gz with the
picture's keys and values, and the logits after each of several sequences.

It writes models/arch/testdata/blip_shapes.json.gz: the names and shapes of the
official sizes, base and large.

It writes salesforce.pth and checkpoint.pth beside them: the tied model in the names
and containers of BLIP's own repository, the second as its train_caption.py saves it,
with optimizer and settings.

It writes twins.json.gz: two small models with the proportions of the published
sizes, with the weights of blipweights.py, on 200 pictures of pictures.py: greedy
search as the hub's generate() has it, and three beams with all three captions as the
paper's code has it. "margin" is the smallest distance between two neighbouring
scores among those that a search compared: below twice the bound of the logits the
choice could fall otherwise.

It writes starter.json beside them: what transformers' searches find on the sample
pictures of resources/samples with the built-in weights of resources/starter (half
precision in the file, computed in single).
"""
import gzip
import json
import os
import sys

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor
from transformers.modeling_utils import no_init_weights

sys.path.insert(0, os.path.dirname(__file__))
import blipweights  # noqa: E402
import generate  # noqa: E402  the normalisation rules
import pictures  # noqa: E402

TARGET = "inference/pipeline/testdata/blip"

CONFIG = {
    "model_type": "blip", "architectures": ["BlipForConditionalGeneration"],
    "vision_config": {"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 40,
                      "image_size": 40, "patch_size": 8, "hidden_act": "gelu", "layer_norm_eps": 1e-5},
    "text_config": {"vocab_size": 44, "hidden_size": 18, "encoder_hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 3,
                    "intermediate_size": 28, "max_position_embeddings": 16, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
                    "bos_token_id": 42, "sep_token_id": 3, "eos_token_id": 2, "pad_token_id": 0, "is_decoder": True},
}

# Steps as the decoder sees them: the rows' new tokens and the rows they continue.
STEPS = [
    {"tokens": [[42, 7, 9]], "parents": [0]},
    {"tokens": [[11], [30], [5]], "parents": [0, 0, 0]},
    {"tokens": [[8], [9], [10]], "parents": [2, 0, 0]},
    {"tokens": [[20], [21]], "parents": [1, 1]},
    {"tokens": [[1], [2], [3], [4]], "parents": [1, 0, 0, 1]},
    {"tokens": [[31, 32]], "parents": [2]},
]


def tiny(tie):
    torch.manual_seed(5)
    model = BlipForConditionalGeneration(BlipConfig(**CONFIG)).eval()
    with torch.no_grad():
        for name, p in model.named_parameters():
            # Large enough that attention is far from uniform: a wrong head count shows.
            p.copy_(torch.randn_like(p) * (0.5 if p.dim() > 1 else 0.2) + (1.0 if "norm" in name.lower() and name.endswith("weight") else 0.0))
        if tie:
            model.half().float()
            model.text_decoder.cls.predictions.decoder.weight = model.text_decoder.bert.embeddings.word_embeddings.weight
    return model


@torch.no_grad()
def answers(model, pixels):
    picture = model.vision_model(pixel_values=pixels)[0]
    layers = model.text_decoder.bert.encoder.layer
    heads, size = CONFIG["text_config"]["num_attention_heads"], CONFIG["text_config"]["hidden_size"] // CONFIG["text_config"]["num_attention_heads"]
    split = lambda x: x.view(1, -1, heads, size)
    keys = [split(l.crossattention.self.key(picture)).permute(0, 2, 3, 1) for l in layers]
    values = [split(l.crossattention.self.value(picture)).permute(0, 2, 1, 3) for l in layers]
    rows, logits = [[]], []
    for s in STEPS:
        rows = [rows[p] + t for p, t in zip(s["parents"], s["tokens"])]
        ids = torch.tensor(rows)
        out = model.text_decoder(input_ids=ids, attention_mask=torch.ones_like(ids), encoder_hidden_states=picture.expand(len(rows), -1, -1), return_dict=True)
        logits.append(flat(out.logits[:, -1]))
    return {"cross_k": [flat(k) for k in keys], "cross_v": [flat(v) for v in values], "logits": logits}


def flat(x):
    return [round(float(v), 6) for v in x.flatten()]


def write_tiny():
    os.makedirs(TARGET, exist_ok=True)
    with open(f"{TARGET}/config.json", "w") as f:
        json.dump(CONFIG, f, indent=1)
    with open(f"{TARGET}/vocab.txt", "w") as f:
        f.write("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + [f"w{i}" for i in range(4, 42)] + ["[DEC]", "[ENC]"]) + "\n")
    pixels = torch.randn(1, 3, 40, 40, generator=torch.Generator().manual_seed(8))
    reference = {"pixels": [round(x, 2) for x in flat(pixels)], "steps": STEPS}
    pixels = torch.tensor(reference["pixels"]).view(1, 3, 40, 40)
    for name, tie in [("model", False), ("tied", True)]:
        model = tiny(tie)
        state = {k: v.contiguous() for k, v in model.state_dict().items()}
        if tie:
            state = {k: v.half() if v.is_floating_point() else v for k, v in state.items() if not k.endswith("decoder.weight") and not k.endswith("decoder.bias")}
        else:
            state = {k: v.clone() for k, v in state.items()}
        save_file(state, f"{TARGET}/{name}.safetensors")
        os.chmod(f"{TARGET}/{name}.safetensors", 0o644)
        reference[name] = answers(model, pixels)
    write_gz(f"{TARGET}/reference.json.gz", reference)


def write_gz(path, value):
    with open(path, "wb") as f:
        f.write(gzip.compress(json.dumps(value, separators=(",", ":")).encode(), mtime=0))


def official(hidden, layers, heads):
    """config.json's sizes of the two published models; large's file leaves encoder_hidden_size out."""
    vision = {"hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": 4 * hidden, "image_size": 384, "patch_size": 16}
    text = {"vocab_size": 30524, "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072, "max_position_embeddings": 512}
    return {"vision_config": vision, "text_config": text}


def write_shapes():
    out = {}
    for name, size in [("base", (768, 12, 12)), ("large", (1024, 24, 16))]:
        config = official(*size)
        full = {**config, "text_config": {**config["text_config"], "encoder_hidden_size": size[0], "is_decoder": True}}
        with no_init_weights():
            model = BlipForConditionalGeneration(BlipConfig(**full))
        out[name] = {"config": config, "tensors": {k: list(v.shape) for k, v in model.state_dict().items()}}
    os.makedirs("models/arch/testdata", exist_ok=True)
    write_gz("models/arch/testdata/blip_shapes.json.gz", out)


SETTINGS = [
    {"beams": 1}, {"beams": 3}, {"beams": 3, "norm": "generated", "n_best": 3}, {"beams": 5, "n_best": 5},
    {"beams": 3, "prompt": "a picture of", "n_best": 2}, {"beams": 3, "prompt": "a picture of", "norm": "generated"},
    {"beams": 1, "repetition": 1.5}, {"beams": 3, "repetition": 1.2, "n_best": 2}, {"beams": 4, "ngram": 2, "n_best": 2},
    {"beams": 3, "min": 12, "n_best": 2}, {"beams": 3, "max": 5, "n_best": 3}, {"beams": 3, "length_penalty": 2.0}, {"beams": 3, "length_penalty": 0.0},
    {"beams": 1, "prompt": "a photo of", "min": 10},
]
STOP = 3


def write_starter():
    generate.STOP = STOP
    blip = "resources/starter/blip"
    with open(f"{blip}/config.json") as f:
        model = BlipForConditionalGeneration(BlipConfig.from_dict(json.load(f))).eval()
    state = {k: v.float() for k, v in load_file(f"{blip}/model.fp16.safetensors").items()}
    lost = model.load_state_dict(state, strict=False)
    assert not lost.unexpected_keys and all(k.endswith("position_ids") or "decoder." in k for k in lost.missing_keys), lost
    model.tie_weights()
    processor = BlipImageProcessor.from_pretrained(blip)
    words = {w: i for i, w in enumerate(open(f"{blip}/vocab.txt").read().split("\n"))}
    start = model.config.text_config.bos_token_id
    out = []
    for name in sorted(os.listdir("resources/samples")):
        pixels = processor(Image.open(f"resources/samples/{name}").convert("RGB"), return_tensors="pt")["pixel_values"]
        for setting in SETTINGS:
            c = {"scene": name, "beams": 1, "n_best": 1, "prompt": "", "max": 30, "min": 0, "norm": "whole", "length_penalty": 1.0, "repetition": 1.0, "ngram": 0, **setting}
            ids = [start] + [words[w] for w in c["prompt"].split()]
            call = {**c, "prompt": ids}
            generate.use_norm(c["norm"], len(ids))
            with torch.no_grad():
                picture = model.vision_model(pixel_values=pixels)[0]
                result = generate.search(model.text_decoder, call, encoder_hidden_states=picture, encoder_attention_mask=torch.ones(picture.shape[:-1], dtype=torch.long))
                c["found"] = []
                for k, sequence in enumerate(result.sequences.tolist()):
                    tokens, stopped = generate.split(call, sequence, STOP)
                    full = torch.tensor([ids + tokens + [STOP] * stopped])
                    logits = model.text_decoder(input_ids=full, attention_mask=torch.ones_like(full), encoder_hidden_states=picture, return_dict=True).logits[0]
                    logs = torch.log_softmax(logits, -1)
                    emitted = [logs[i - 1, full[0, i]].item() for i in range(len(ids), full.shape[1])]
                    rank = result.sequences_scores[k].item() if c["beams"] > 1 else float(np.mean(emitted))
                    c["found"].append({"tokens": tokens, "stopped": stopped, "score": round(float(np.mean(emitted)), 6), "rank": round(rank, 6)})
            out.append(c)
    with open(f"{TARGET}/starter.json", "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in out) + "\n]\n")


def write_salesforce():
    """Containers of the original repository, from the tied tiny model in single precision."""
    model = tiny(True)
    state = {k: v for k, v in model.state_dict().items()}
    renamed = blipweights.salesforce(state)
    renamed["text_encoder.embeddings.word_embeddings.weight"] = torch.zeros(2, 3)  # of pre-training: not looked at
    renamed["queue_ptr"] = torch.zeros(1, dtype=torch.long)
    torch.save({"model": renamed}, f"{TARGET}/salesforce.pth")
    parameters = [torch.nn.Parameter(v.clone()) for v in list(state.values())[:2]]
    optimizer = torch.optim.AdamW(params=parameters, lr=1e-5, weight_decay=0.05)
    for p in parameters:
        p.grad = torch.ones_like(p)
    optimizer.step()
    config = {"image_root": "/export/share/datasets/vision/coco/images/", "vit": "base", "vit_grad_ckpt": False, "image_size": 384, "prompt": "a picture of ", "init_lr": "1e-5", "min_lr": 0, "max_epoch": 5}
    torch.save({"model": renamed, "optimizer": optimizer.state_dict(), "config": config, "epoch": 4}, f"{TARGET}/checkpoint.pth")
    for name in ["salesforce.pth", "checkpoint.pth"]:
        os.chmod(f"{TARGET}/{name}", 0o644)


class Margins:
    """Keeps the smallest distance between neighbours among the scores that generate() compares."""

    def __enter__(self):
        self.least, self.topk, self.argmax = float("inf"), torch.topk, torch.argmax

        def look(values):
            values = values[values > -1e8]
            if len(values) > 1:
                self.least = min(self.least, (values[:-1] - values[1:]).min().item())

        def topk(scores, k, *a, **b):
            look(self.topk(scores, k + 1, *a, **b).values[0])
            return self.topk(scores, k, *a, **b)

        def argmax(scores, *a, **b):
            if scores.dim() == 2:
                look(self.topk(scores, 2).values[0])
            return self.argmax(scores, *a, **b)

        torch.topk, torch.argmax = topk, argmax
        return self

    def __exit__(self, *_):
        torch.topk, torch.argmax = self.topk, self.argmax


PAPER = {"beams": 3, "n_best": 3, "prompt": [4, 5, 6], "max": 16, "min": 1}
GREEDY = {"beams": 1, "n_best": 1, "prompt": [], "max": 19, "min": 0}
PLAIN = {"norm": "whole", "length_penalty": 1.0, "repetition": 1.0, "ngram": 0}


@torch.no_grad()
def twin(size, tied, dtype, count, logits):
    config = blipweights.config(size)
    generate.STOP = config["text_config"]["sep_token_id"]
    model = blipweights.model(config, 1, tied).to(dtype).float()
    image = config["vision_config"]["image_size"]
    processor = BlipImageProcessor(size={"height": image, "width": image})
    start, out = config["text_config"]["bos_token_id"], []
    for i in range(count):
        pixels = processor(pictures.picture(i), return_tensors="pt")["pixel_values"]
        picture = model.vision_model(pixel_values=pixels)[0]
        seen = {"encoder_hidden_states": picture, "encoder_attention_mask": torch.ones(picture.shape[:-1], dtype=torch.long)}
        one = {}
        for name, how in [("greedy", GREEDY), ("paper", PAPER)]:
            call = {**PLAIN, **how, "prompt": [start] + how["prompt"]}
            generate.use_norm(call["norm"], len(call["prompt"]))
            with Margins() as margins:
                found = generate.search(model.text_decoder, call, **seen).sequences.tolist()
            one[name] = {"found": [t + [generate.STOP] * stopped for t, stopped in (generate.split(call, s, generate.STOP) for s in found)], "margin": round(margins.least, 5)}
        if i < logits:
            ids = torch.tensor([[start] + one["greedy"]["found"][0]])[:, :8]
            answer = model.text_decoder(input_ids=ids, attention_mask=torch.ones_like(ids), **seen).logits[0, [0, ids.shape[1] - 1]]
            one["ids"], one["logits"] = ids[0].tolist(), [round(float(x), 5) for x in answer.flatten()]
        out.append(one)
    return {"size": size, "tied": tied, "dtype": {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}[dtype], "config": config, "pictures": out}


def write_twins():
    runs = [("base-twin", False, torch.float32, 200, 4), ("large-twin", True, torch.float32, 200, 4),
            ("base-twin", True, torch.float16, 20, 1), ("large-twin", False, torch.bfloat16, 20, 1)]
    write_gz(f"{TARGET}/twins.json.gz", [twin(*r) for r in runs])


def main():
    torch.set_num_threads(1)
    write_tiny()
    write_salesforce()
    write_twins()
    write_shapes()
    write_starter()


if __name__ == "__main__":
    main()
