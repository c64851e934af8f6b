"""Greedy and beam search by transformers, over a decoder that is a table.

Run from the repository's root:
    python tools/reference/generate.py      writes inference/generate/testdata/transformers.json.gz
                                            and processors.json.gz

The decoder is a whole-number hash of the last two tokens, turned into logits:
generate_test.go computes the same numbers, so that no logits need be stored.
Length normalisation "whole" is transformers 4.30.2 as it is. "generated" is the
rule of later versions (4.36 on; read in 4.41.2, generation/beam_search.py,
BeamHypotheses and BeamSearchScorer), put in here; with transformers 4.41.2
installed, `--check` runs that version's own code and compares.
"""
import gzip
import json
import random
import sys

import torch
import transformers
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.generation import beam_search
from transformers.generation import logits_process as processors
from transformers.modeling_outputs import CausalLMOutput

TARGET = "inference/generate/testdata/transformers.json.gz"
PROCESSORS = "inference/generate/testdata/processors.json.gz"
VOCABULARY, STOP, PAD = 24, 5, 0


def logits(seed, a, b, length):
    """Logits after tokens a, b of a sequence of that length; a is -1 at the start."""
    row = []
    for v in range(VOCABULARY):
        h = (seed * 2654435761 + (a + 1) * 73856093 + (b + 1) * 19349663 + (v + 1) * 83492791) & 0xFFFFFFFF
        h ^= h >> 15
        h = h * 2246822519 & 0xFFFFFFFF
        h ^= h >> 13
        h = h * 3266489917 & 0xFFFFFFFF
        h ^= h >> 16
        row.append((h >> 8) / 16777216.0 * 6.0 - 3.0)
    row[STOP] += length * 0.25 - 1.0
    return row


class Table(PreTrainedModel, GenerationMixin):
    config_class = PretrainedConfig
    main_input_name = "input_ids"

    def __init__(self, seed):
        super().__init__(PretrainedConfig(vocab_size=VOCABULARY))
        self.seed = seed
        self.anchor = torch.nn.Parameter(torch.zeros(1))

    def can_generate(self):
        return True

    def prepare_inputs_for_generation(self, input_ids, **kwargs):
        return {"input_ids": input_ids}

    def forward(self, input_ids, **kwargs):
        rows = []
        for ids in input_ids.tolist():
            rows.append(logits(self.seed, ids[-2] if len(ids) > 1 else -1, ids[-1], len(ids)))
        return CausalLMOutput(logits=torch.tensor(rows, dtype=torch.float32)[:, None])

    @staticmethod
    def _reorder_cache(past, beam_idx):
        return past


class GeneratedHypotheses(beam_search.BeamHypotheses):
    """Divides by the generated tokens, the stop token included."""

    prompt, stop = 0, 0  # length of the prompt; 1 while finished sequences are added

    def add(self, hyp, sum_logprobs, beam_indices=None):
        padded = hyp.new_zeros(hyp.shape[-1] + self.stop - self.prompt)
        kept = list(self.beams)
        super().add(padded, sum_logprobs, beam_indices)
        for i, b in enumerate(self.beams):
            if all(b is not k for k in kept):
                self.beams[i] = (b[0], hyp, b[2])

    def is_done(self, best_sum_logprobs, cur_len):
        return super().is_done(best_sum_logprobs, cur_len - self.prompt)


class GeneratedScorer(beam_search.BeamSearchScorer):
    def process(self, *args, **kwargs):
        GeneratedHypotheses.stop = 1
        return super().process(*args, **kwargs)

    def finalize(self, *args, **kwargs):
        GeneratedHypotheses.stop = 0
        return super().finalize(*args, **kwargs)


def use_norm(norm, prompt_length):
    """Makes generate() normalise so. Needs transformers 4.30."""
    generated = norm == "generated"
    GeneratedHypotheses.prompt = prompt_length
    beam_search.BeamHypotheses = GeneratedHypotheses if generated else GeneratedHypotheses.__mro__[1]
    transformers.generation.utils.BeamSearchScorer = GeneratedScorer if generated else beam_search.BeamSearchScorer


def search(model, c, **inputs):
    """One generate() call by the options of case c; sequences and their ranks."""
    config = GenerationConfig(
        max_length=len(c["prompt"]) + c["max"], min_length=len(c["prompt"]) + c["min"],
        num_beams=c["beams"], num_return_sequences=c["n_best"], do_sample=False, early_stopping=False,
        length_penalty=c["length_penalty"], repetition_penalty=c["repetition"], no_repeat_ngram_size=c["ngram"],
        bad_words_ids=c.get("banned") or None, begin_suppress_tokens=c.get("starts") or None,
        eos_token_id=STOP, pad_token_id=PAD, return_dict_in_generate=True, output_scores=True)
    return model.generate(torch.tensor([c["prompt"]]), generation_config=config, **inputs)


def split(c, sequence, stop):
    """New tokens of a padded sequence up to the stop token, and whether it is there."""
    new = sequence[len(c["prompt"]):]
    return (new[:new.index(stop)], True) if stop in new else (new, False)


def mean_log_prob(seed, c, tokens, stopped):
    ids, total = list(c["prompt"]), 0.0
    for t in tokens + [STOP] * stopped:
        row = logits(seed, ids[-2] if len(ids) > 1 else -1, ids[-1], len(ids))
        total += torch.log_softmax(torch.tensor(row, dtype=torch.float64), 0)[t].item()
        ids.append(t)
    return total / (len(ids) - len(c["prompt"]))


def cases():
    rng = random.Random(20240229)
    for i in range(480):
        beams = rng.choice([1, 2, 3, 3, 4, 5, 8])
        yield {
            "seed": i, "beams": beams, "n_best": rng.randint(1, beams),
            "prompt": [rng.randrange(6, VOCABULARY) for _ in range(rng.randint(1, 4))],
            "max": rng.choice([1, 2, 4, 7, 10, 14]), "min": rng.choice([0, 0, 1, 3, 6]),
            "norm": "whole" if i % 2 == 0 else "generated",
            "length_penalty": rng.choice([1.0, 1.0, 1.0, 0.0, 0.5, 2.0, -1.0]),
            "repetition": rng.choice([1.0, 1.0, 1.1, 1.5, 0.8]), "ngram": rng.choice([0, 0, 1, 2, 3]),
        }
    for i in range(480, 640):  # with words to avoid and tokens that may not come first
        beams = rng.choice([1, 2, 3, 5])
        yield {
            "seed": i, "beams": beams, "n_best": rng.randint(1, beams),
            "prompt": [rng.randrange(6, VOCABULARY) for _ in range(rng.randint(1, 4))],
            "max": rng.choice([4, 7, 10, 14]), "min": rng.choice([0, 0, 1, 3]), "norm": "whole" if i % 2 == 0 else "generated",
            "length_penalty": 1.0, "repetition": rng.choice([1.0, 1.0, 1.2]), "ngram": rng.choice([0, 0, 2]),
            "banned": banned(rng), "starts": rng.sample(range(6, VOCABULARY), rng.randint(1, 6)),
        }


def banned(rng):
    """Runs of one to three tokens, many enough that some are met."""
    runs = [[rng.randrange(6, VOCABULARY)] for _ in range(rng.randint(0, 5))]
    return runs + [[rng.randrange(6, VOCABULARY) for _ in range(rng.choice([2, 2, 2, 3]))] for _ in range(rng.randint(1, 120))]


def processed(i, rng):
    """What the processors and warpers of transformers make of one row of logits."""
    c = {
        "seed": 10_000 + i, "prompt": [rng.randrange(6, VOCABULARY) for _ in range(rng.randint(1, 4))],
        "tokens": [rng.randrange(6, 12) for _ in range(rng.choice([0, 0, 1, 2, 5, 9]))], "min": rng.choice([0, 3, 12]),
        "repetition": rng.choice([1.0, 0.7, 1.1, 2.5]), "ngram": rng.choice([0, 1, 2, 3]), "banned": banned(rng),
        "starts": rng.sample(range(6, VOCABULARY), rng.randint(1, 12)),
        "temperature": rng.choice([1.0, 0.5, 0.8, 1.7]), "top_p": rng.choice([0.05, 0.5, 0.9, 0.95, 1.0]),
    }
    row = c["prompt"] + c["tokens"]
    ids = torch.tensor([row])
    scores = torch.tensor([logits(c["seed"], row[-2] if len(row) > 1 else -1, row[-1], len(row))], dtype=torch.float32)
    chain = [processors.RepetitionPenaltyLogitsProcessor(c["repetition"]), processors.NoBadWordsLogitsProcessor(c["banned"], STOP),
             processors.MinLengthLogitsProcessor(len(c["prompt"]) + c["min"], STOP),
             processors.SuppressTokensAtBeginLogitsProcessor(c["starts"], len(c["prompt"]))]
    if c["ngram"]:
        chain.insert(1, processors.NoRepeatNGramLogitsProcessor(c["ngram"]))
    for f in chain:
        scores = f(ids, scores)
    c["scores"] = [None if x == float("-inf") else x for x in scores[0].tolist()]
    for f in [processors.TemperatureLogitsWarper(c["temperature"]), processors.TopPLogitsWarper(c["top_p"])]:
        if not (c["top_p"] == 1.0 and f.__class__.__name__.startswith("TopP")):  # as generate() leaves it out
            scores = f(ids, scores)
    c["probabilities"] = [round(x, 7) for x in torch.softmax(scores[0], -1).tolist()]
    return c


def main():
    check = "--check" in sys.argv
    torch.set_num_threads(1)
    out = []
    for c in cases():
        if check and c["norm"] == "whole":
            continue
        if not check:
            use_norm(c["norm"], len(c["prompt"]))
        c["min"] = min(c["min"], c["max"])
        result = search(Table(c["seed"]), c)
        c["found"] = []
        for k, sequence in enumerate(result.sequences.tolist()):
            tokens, stopped = split(c, sequence, STOP)
            score = mean_log_prob(c["seed"], c, tokens, stopped)
            rank = result.sequences_scores[k].item() if c["beams"] > 1 else score
            c["found"].append({"tokens": tokens, "stopped": stopped, "score": round(score, 7), "rank": round(rank, 6)})
        out.append(c)
    if check:
        with gzip.open(TARGET) as f:
            stored = {c["seed"]: c for c in json.load(f)}
        different = sum(
            [h["tokens"] for h in c["found"]] != [h["tokens"] for h in stored[c["seed"]]["found"]]
            or any(abs(h["rank"] - g["rank"]) > 1e-5 for h, g in zip(c["found"], stored[c["seed"]]["found"]))
            for c in out)
        print(f"transformers {transformers.__version__}: {different} of {len(out)} cases differ")
        return
    rng = random.Random(20260401)
    for path, value in [(TARGET, out), (PROCESSORS, [processed(i, rng) for i in range(400)])]:
        with open(path, "wb") as f:
            f.write(gzip.compress(json.dumps(value, separators=(",", ":")).encode(), mtime=0))


if __name__ == "__main__":
    main()
