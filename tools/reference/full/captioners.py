"""BLIP base and large at full size, and what transformers 4.30.2 makes of pictures with them.

Weights are those of ../blipweights.py (how captions come to vary stands there), seed 1, the
head tied to the words as in the official files: pytorch_model.bin and model.safetensors hold
the matrix twice, Salesforce's .pth once. NAME-fp16 is the same rounded to half precision.
In twelve layers what all pictures and steps have in common comes to be eight tenths of what the
head is given, and one word would come again and again. So the picture has less say than in the
twins, and the head's bias takes away what is common and lets the stop token win one step in
twelve, both measured (spread): captions differ from picture to picture and from step to step,
and end at different lengths.

Followed: transformers 4.30.2's searches; "whole" length normalisation is that of 4.15, which
made the published numbers, "generated" that of 4.36 and later (see ../generate.py).
Cross-attention projects each beam's copy of the picture at each step; here that is done
once a picture, the same numbers.
"""
import json
import pathlib

import blipweights
import generate
import torch
from keep import ROOT, container, is_kept, keep
from PIL import Image
from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessor
from transformers.modeling_utils import no_init_weights

SEED = 1
START, STOP = 30522, 102
PROMPT = [1037, 3861, 1997]  # "a picture of"
COUNTED = 6  # on how many pictures the bias is measured
PICTURES_SAY = 3 / 8  # the gain of crossattention.output, as a part of the twins'
STOPS = 1 / 12  # how often the stop token wins
AT_LENGTH = 4  # on how many pictures all searches are made; on the others greedy and the paper's
SEARCHES = {
    "greedy": dict(beams=1, n_best=1, prompt=[], max=19, min=0, norm="whole"),
    "prompted": dict(beams=1, n_best=1, prompt=PROMPT, max=16, min=0, norm="whole"),
    "paper": dict(beams=3, n_best=3, prompt=PROMPT, max=16, min=1, norm="whole"),
    "n-best": dict(beams=3, n_best=3, prompt=[], max=19, min=0, norm="generated"),
}


def build(config, state):
    with no_init_weights():
        model = BlipForConditionalGeneration(BlipConfig(**config)).eval()
    head = model.text_decoder.cls.predictions
    head.decoder.bias = head.bias
    head.decoder.weight = model.text_decoder.bert.embeddings.word_embeddings.weight
    model.load_state_dict(state)
    return model


class Once(torch.nn.Module):
    """A linear layer that remembers what it made of the picture: all rows are that picture."""

    def __init__(self, linear):
        super().__init__()
        self.linear, self.last = linear, None

    def forward(self, x):
        if self.last is None:
            self.last = self.linear(x[:1])
        return self.last.expand(x.shape[0], -1, -1)


def project_once(model):
    layers = model.text_decoder.bert.encoder.layer
    for layer in layers:
        s = layer.crossattention.self
        s.key, s.value = Once(s.key), Once(s.value)
    return [m for layer in layers for m in (layer.crossattention.self.key, layer.crossattention.self.value)]


@torch.no_grad()
def spread(config, state, pictures):
    """Makes the captions vary: see above. The bias is of what random words give on some of the pictures."""
    for name, value in state.items():
        if name.endswith("crossattention.output.dense.weight"):
            value *= PICTURES_SAY
    kept = ROOT / "models" / f"{config['vision_config']['hidden_size']}-bias.pt"
    if not kept.exists():
        model, processor, given = build(config, state), BlipImageProcessor(), []
        head = model.text_decoder.cls.predictions
        head.decoder.register_forward_hook(lambda m, i, o: given.append(i[0].flatten(0, 1)))
        tokens = torch.randint(999, START, (4, 18), generator=torch.Generator().manual_seed(5))
        tokens[:, 0] = START
        for p in pictures[:COUNTED]:
            seen = model.vision_model(pixel_values=processor(p, return_tensors="pt")["pixel_values"])[0].expand(len(tokens), -1, -1)
            model.text_decoder(input_ids=tokens, encoder_hidden_states=seen, encoder_attention_mask=torch.ones(seen.shape[:-1], dtype=torch.long))
        given = torch.cat(given)
        bias = head.bias - head.decoder.weight @ given.mean(0)
        bias[head.bias == blipweights.NEVER] = blipweights.NEVER
        bias[STOP] = blipweights.NEVER
        least = (given @ head.decoder.weight.T + bias).max(-1).values - given @ head.decoder.weight[STOP]  # with this bias it is level with the best word
        bias[STOP] = least.quantile(STOPS)
        kept.parent.mkdir(parents=True, exist_ok=True)
        torch.save(bias, str(kept) + ".part")
        (kept.parent / (kept.name + ".part")).rename(kept)
    state["text_decoder.cls.predictions.bias"] = state["text_decoder.cls.predictions.decoder.bias"] = torch.load(kept)


@torch.no_grad()
def describe(model, projections, processor, picture, searches):
    pixels = processor(picture, return_tensors="pt")["pixel_values"]
    for p in projections:
        p.last = None
    seen = model.vision_model(pixel_values=pixels)[0]
    tensors, answer = {"pixels": pixels, "encoder": seen}, {}
    generate.STOP = STOP
    for name in searches:
        c = SEARCHES[name]
        ids = [START] + c["prompt"]
        call = dict(c, prompt=ids, length_penalty=1., repetition=1., ngram=0)
        generate.use_norm(c["norm"], len(ids))
        result = generate.search(model.text_decoder, call, encoder_hidden_states=seen, encoder_attention_mask=torch.ones(seen.shape[:-1], dtype=torch.long))
        found = []
        for k, sequence in enumerate(result.sequences.tolist()):
            tokens, stopped = generate.split(call, sequence, STOP)
            found.append(dict(tokens=tokens, stopped=stopped, rank=result.sequences_scores[k].item() if c["beams"] > 1 else 0.))
        answer[name] = dict(c, found=found)
        if c["beams"] == 1:
            logits = torch.cat(result.scores)  # one row a step; no processor has changed them
            tensors[f"{name}.logits"] = logits
            best = logits.topk(2, -1).values
            answer[name]["margins"] = (best[:, 0] - best[:, 1]).tolist()
    for i in (0, 11):  # the first and the last layer's keys and values of the picture
        for kind, index in (("k", 2 * i), ("v", 2 * i + 1)):
            x = projections[index].last.view(1, -1, 12, 64)
            tensors[f"cross_{kind}.{i}"] = x.permute(0, 2, 3, 1) if kind == "k" else x.permute(0, 2, 1, 3)
    return answer, tensors


def containers(name, config, state, vocabulary):
    """Every official container of the weights."""
    files = {"config.json": json.dumps(config), "vocab.txt": vocabulary, "preprocessor_config.json": json.dumps(blipweights.PREPROCESSOR)}
    half = name.endswith("-fp16")
    kinds = [("pytorch_model.bin", "bin", "pytorch_model.bin")] if not half else []
    if name != "blip-large":
        kinds.append(("safetensors", "safetensors", "model.safetensors"))
    if name == "blip-base":
        kinds.append(("salesforce", "pth", "model_base_caption_capfilt_large.pth"))
    for folder, kind, file in kinds:
        container(name, folder, files, lambda p: blipweights.save(state, p, kind, torch.float16 if half else torch.float32, tied=kind == "pth"),
                  dict(caption=dict(architecture="blip", weights=file, config="config.json", preprocessor="preprocessor_config.json", vocabulary="vocab.txt")))


def run(name, pictures, vocabulary, everything):
    """Containers and references of one model: blip-base, blip-large or blip-base-fp16."""
    missing = [p for p in pictures if not is_kept(name, p["name"])]
    if not missing and any((pathlib.Path("build/fidelity/models") / name).glob("*/descry.json")):
        return
    config = blipweights.config(name.split("-")[1])
    state = blipweights.state(config, SEED)
    spread(config, state, [Image.open(ROOT / "pictures" / p["decoded"]) for p in everything])
    if name.endswith("-fp16"):
        for value in state.values():
            if value.is_floating_point():
                value.copy_(value.half().float())
    containers(name, config, state, vocabulary())
    model = build(config, state)
    del state
    projections, processor = project_once(model), BlipImageProcessor()
    for p in missing:
        searches = list(SEARCHES) if p in pictures[:AT_LENGTH] else ["greedy", "paper"]
        answer, tensors = describe(model, projections, processor, Image.open(ROOT / "pictures" / p["decoded"]), searches)
        keep(name, p["name"], answer, tensors)
        print(name, p["name"], *answer["greedy"]["found"][0]["tokens"], "least margin", round(min(answer["greedy"]["margins"]), 4), flush=True)
