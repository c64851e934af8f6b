"""Names and shapes of the official models' tensors, as the official code makes
them, in short: how many there are, and the SHA-256 of the sorted lines
"name d0,d1,…". Counters and position indices are left out: nobody computes with
them.

    python keys.py > ../../models/randomweights/testdata/keys.json
"""

import hashlib
import json
import warnings

import torchvision.models.detection as detection
import torchvision.models.segmentation as segmentation
from transformers import BlipConfig, BlipForConditionalGeneration

warnings.filterwarnings("ignore")


def blip(hidden, layers, heads, intermediate):
    config = BlipConfig()
    v = config.vision_config
    v.hidden_size, v.num_hidden_layers, v.num_attention_heads, v.intermediate_size = hidden, layers, heads, intermediate
    config.text_config.encoder_hidden_size = hidden
    config.text_config.num_attention_heads = 12
    return BlipForConditionalGeneration(config)


def detector(make):
    return make(weights=None, weights_backbone=None, num_classes=91)


def segmenter(make):
    return make(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)


MODELS = {
    "blip-base": lambda: blip(768, 12, 12, 3072),
    "blip-large": lambda: blip(1024, 24, 16, 4096),
    "maskrcnn-v1": lambda: detector(detection.maskrcnn_resnet50_fpn),
    "maskrcnn-v2": lambda: detector(detection.maskrcnn_resnet50_fpn_v2),
    "deeplabv3-resnet50": lambda: segmenter(segmentation.deeplabv3_resnet50),
    "deeplabv3-resnet101": lambda: segmenter(segmentation.deeplabv3_resnet101),
}

# torchvision 0.14 writes v1's pyramid and heads as later versions do; the
# official file has the old names, which it renames as it loads.
OLD = [(f"backbone.fpn.{kind}_blocks.{i}.0.", f"backbone.fpn.{kind}_blocks.{i}.") for kind in ("inner", "layer") for i in range(4)]
OLD += [("rpn.head.conv.0.0.", "rpn.head.conv.")]
OLD += [(f"roi_heads.mask_head.{i}.0.", f"roi_heads.mask_head.mask_fcn{i + 1}.") for i in range(4)]


def main():
    out = {}
    for name, make in MODELS.items():
        lines = []
        for key, t in make().state_dict().items():
            if key.endswith(("num_batches_tracked", "position_ids")):
                continue
            if name == "maskrcnn-v1":
                for new, old in OLD:
                    key = key.replace(new, old)
            lines.append(f"{key} {','.join(str(d) for d in t.shape)}\n")
        lines.sort()
        out[name] = {"count": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}
    print(json.dumps(out, indent=1))


main()
