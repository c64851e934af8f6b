"""Random weights of BLIP that write captions, from a seed.

    import blipweights
    model = blipweights.model(blipweights.config("base"), seed=1)          transformers' model, its head tied to the words
    blipweights.save(blipweights.state(...), "pytorch_model.bin", "bin")   its files

    python tools/reference/blipweights.py base bin OUT [float16|bfloat16] [tied]   one full-size file, and what stands beside it

Weights drawn as PyTorch draws them write one word for ever, the same for every
picture. These are drawn so that the captions vary:

  - matrices have a deviation of gain/sqrt(inputs), so that every residual branch
    counts as much as what it is added to, and nothing fades in depth;
  - queries and keys have gains above 1, so that attention is not the mean of
    everything; the text's view of the picture (crossattention.output) has gain
    0.8: with 3 the picture alone decides and one word comes for ever, with 0.3 it
    has no say; positions count three times as much as words;
  - logits have a deviation of SPREAD = 5 (word embeddings of 5/sqrt(hidden) over a
    normalised state), at which a softmax over thousands of words is neither flat
    nor certain, and neighbouring words are about 1 apart, far above rounding;
  - the stop token has 0.3 of a word's vector, so that the step more than the picture
    decides when it wins, and a bias (STOPS): with those of the twins it would win one
    step in twenty, measured on 40 pictures; those of the published sizes were not
    measured (full/captioners.py measures its own); special and unused tokens, and
    [DEC] and [ENC], are out of reach.

Each number is a hash of the tensor's name, the seed and its place, as whole
numbers up to the last multiplication: twin_test.go draws the same in Go, so that
nothing large is committed.
"""
import collections
import json
import math
import os
import sys

import numpy as np
import torch

SPREAD = 5.0  # deviation of the logits
NEVER = -60.0  # bias of tokens that are no words
# The bias of the stop token, by the vision tower's width and the vocabulary's size.
STOPS = {(768, 30524): 15.0, (1024, 30524): 15.0, (128, 480): 12.3, (192, 480): 10.4}
START, STOP = "bos_token_id", "sep_token_id"


def config(size):
    """config.json of the published sizes, or of a twin of them: a small model with their proportions."""
    hidden, layers, heads, text, text_layers, words, image = {
        "base": (768, 12, 12, 768, 12, 30524, 384), "large": (1024, 24, 16, 768, 12, 30524, 384),
        "base-twin": (128, 3, 2, 128, 3, 480, 96), "large-twin": (192, 4, 3, 128, 3, 480, 96),
    }[size]
    return {
        "model_type": "blip", "architectures": ["BlipForConditionalGeneration"],
        "vision_config": {"hidden_size": hidden, "num_hidden_layers": layers, "num_attention_heads": heads, "intermediate_size": 4 * hidden,
                          "image_size": image, "patch_size": 16, "hidden_act": "gelu", "layer_norm_eps": 1e-5},
        "text_config": {"vocab_size": words, "hidden_size": text, "encoder_hidden_size": hidden, "num_hidden_layers": text_layers,
                        "num_attention_heads": text // 64, "intermediate_size": 4 * text, "max_position_embeddings": 512 if words > 30000 else 64,
                        "hidden_act": "gelu", "layer_norm_eps": 1e-12, START: words - 2, STOP: 102 if words > 30000 else 3,
                        "eos_token_id": 2, "pad_token_id": 0, "is_decoder": True},
    }


def draw(name, seed, shape):
    """Uniform numbers of deviation 1, float64."""
    key = 0xCBF29CE484222325  # FNV-1a
    for byte in f"{seed}/{name}".encode():
        key = (key ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    n = int(np.prod(shape, dtype=np.int64))
    out = np.empty(n)
    with np.errstate(over="ignore"):
        for at in range(0, n, 1 << 20):  # splitmix64
            z = np.uint64(key) + np.arange(at + 1, min(at + (1 << 20), n) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = (z ^ (z >> np.uint64(31))) >> np.uint64(40)
            out[at:at + len(z)] = (z.astype(np.float64) * 2 + 1) / 16777216 - 1
    return (out * math.sqrt(3)).reshape(shape)


# The gain of each matrix, by the first end of a name that fits; the rest has 1.
GAINS = {
    "self_attn.qkv.weight": 1.3, "mlp.fc1.weight": 1.4, "mlp.fc2.weight": 1.4,
    "attention.self.query.weight": 1.3, "attention.self.key.weight": 1.3,
    "crossattention.self.query.weight": 1.6, "crossattention.self.key.weight": 1.6, "crossattention.output.dense.weight": 0.8,
    ".attention.output.dense.weight": 1.0, "intermediate.dense.weight": 1.4, "output.dense.weight": 1.4, "transform.dense.weight": 1.4,
}


def scale(name, shape, layers):
    """Deviation and mean of a tensor of a model of so many text layers."""
    last = name.rsplit(".", 1)[-1]
    if "norm" in name.lower():
        return 0.1, 1.0 if last == "weight" else 0.0
    if name.endswith("word_embeddings.weight") or name.endswith("predictions.decoder.weight"):
        return SPREAD / math.sqrt(shape[1]), 0.0
    if name.endswith("position_embeddings.weight"):
        return 3 * SPREAD / math.sqrt(shape[1]), 0.0
    if name.endswith("position_embedding") or name.endswith("class_embedding"):
        return 0.5, 0.0
    if last == "bias":
        return 0.1, 0.0
    gain = next((g for end, g in GAINS.items() if name.endswith(end)), 1.0)
    if name.startswith("text_decoder") and name.endswith(".output.dense.weight"):
        gain *= math.sqrt(3 / layers)
    return gain / math.sqrt(math.prod(shape[1:])), 0.0


def tensor(name, shape, config, seed):
    """One tensor of a state dict of that configuration."""
    deviation, mean = scale(name, shape, config["text_config"]["num_hidden_layers"])
    values = draw(name, seed, shape) * deviation + mean
    if name.endswith("predictions.bias") or name.endswith("decoder.bias"):
        text = config["text_config"]
        values = draw("text_decoder.cls.predictions.bias", seed, shape) * deviation
        values[:999 if text["vocab_size"] > 30000 else 4] = NEVER  # [PAD], [unused0] … in BERT's vocabulary
        values[text["vocab_size"] - 2:] = NEVER
        values[text[STOP]] = STOPS[config["vision_config"]["hidden_size"], text["vocab_size"]]
    elif name.endswith("word_embeddings.weight") or name.endswith("predictions.decoder.weight"):
        values[config["text_config"][STOP]] *= 0.3
    return torch.from_numpy(values.astype(np.float32))


def state(config, seed, tied=True):
    """The state dict in transformers' names. tied: the head's matrix is the word embeddings (and is left out by save)."""
    from transformers import BlipConfig, BlipForConditionalGeneration
    from transformers.modeling_utils import no_init_weights

    with no_init_weights():
        shapes = {k: tuple(v.shape) for k, v in BlipForConditionalGeneration(BlipConfig(**config)).state_dict().items()}
    out = collections.OrderedDict()
    for name, shape in shapes.items():
        if name.endswith("position_ids"):
            out[name] = torch.arange(shape[-1]).expand(shape).clone()
        elif tied and name.endswith("predictions.decoder.weight"):
            out[name] = out["text_decoder.bert.embeddings.word_embeddings.weight"]
        elif name.endswith("predictions.decoder.bias"):
            out[name] = out["text_decoder.cls.predictions.bias"]
        else:
            out[name] = tensor(name, shape, config, seed)
    return out


def model(config, seed, tied=True):
    """transformers' model with these weights."""
    from transformers import BlipConfig, BlipForConditionalGeneration
    from transformers.modeling_utils import no_init_weights

    with no_init_weights():
        m = BlipForConditionalGeneration(BlipConfig(**config)).eval()
    head = m.text_decoder.cls.predictions
    head.decoder.bias = head.bias
    if tied:
        head.decoder.weight = m.text_decoder.bert.embeddings.word_embeddings.weight
    m.load_state_dict(state(config, seed, tied))
    return m


def salesforce(state):
    """A state dict in the names of Salesforce's own repository: the other way round of transformers' convert_blip_original_pytorch_to_hf.py."""
    out = collections.OrderedDict()
    for name, value in state.items():
        for new, old in [("vision_model.embeddings.patch_embedding", "visual_encoder.patch_embed.proj"), ("vision_model.embeddings.position_embedding", "visual_encoder.pos_embed"),
                         ("vision_model.embeddings.class_embedding", "visual_encoder.cls_token"), ("vision_model.post_layernorm", "visual_encoder.norm"),
                         ("vision_model.encoder.layers", "visual_encoder.blocks"), ("self_attn.projection", "attn.proj"), ("self_attn", "attn"), ("layer_norm", "norm")]:
            if name.startswith("v"):
                name = name.replace(new, old)
        out[name] = value
    return out


def save(state, path, container, dtype=torch.float32, tied=False):
    """Writes a state dict: "bin" (torch.save), "safetensors" or "pth" (Salesforce's names under the key model).
    tied: the head's matrix is left out of a safetensors file and shares the words' storage in the others; else it stands there twice."""
    cast, out = {}, collections.OrderedDict()
    for name, value in state.items():
        if value.is_floating_point():
            key = (value.data_ptr(), name.endswith("predictions.decoder.weight") and not tied)
            cast.setdefault(key, value.to(dtype).clone())
            value = cast[key]
        out[name] = value
    if container == "safetensors":
        from safetensors.torch import save_file
        out = {k: v for k, v in out.items() if not k.endswith("decoder.bias") and not (tied and k.endswith("predictions.decoder.weight"))}
        save_file(out, path, metadata={"format": "pt"})
        os.chmod(path, 0o644)
    elif container == "pth":
        torch.save({"model": salesforce(out)}, path)
    else:
        torch.save(out, path)


PREPROCESSOR = {"do_normalize": True, "do_resize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073], "image_processor_type": "BlipImageProcessor",
                "image_std": [0.26862954, 0.26130258, 0.27577711], "processor_class": "BlipProcessor", "resample": 3, "size": {"height": 384, "width": 384}}


def main():
    if len(sys.argv) < 4:
        return  # `make reference` runs every script; this one makes large files, and only when asked
    size, container, folder, *more = sys.argv[1:]
    torch.set_num_threads(2)
    os.makedirs(folder, exist_ok=True)
    c = config(size)
    name = {"bin": "pytorch_model.bin", "safetensors": "model.safetensors", "pth": "model_caption.pth"}[container]
    dtype = {"float16": torch.float16, "bfloat16": torch.bfloat16}.get(more[0] if more else "", torch.float32)
    save(state(c, 1), f"{folder}/{name}", container, dtype, tied="tied" in more or container == "pth")
    for file, value in [("config.json", c), ("preprocessor_config.json", PREPROCESSOR)]:
        with open(f"{folder}/{file}", "w") as f:
            json.dump(value, f, indent=1)


if __name__ == "__main__":
    main()
