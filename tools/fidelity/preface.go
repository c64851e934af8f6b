package main

// preface is the text above the table in docs/fidelity.md.
const preface = `# Fidelity

Written by ` + "`make fidelity`" + ` (tools/fidelity); edit that, not this file.

The official weights cannot be fetched on the machines this was built on. So every official model is built by the official
Python code at full size with random weights of a fixed seed, saved in its official container, and run on the same pictures
by that code and by Descry. The weights are made so that the results are not degenerate: captions that differ, some dozens
of objects of several classes, every class of pixels somewhere (tools/reference/blipweights.py, detectors.py and semantic.py
say how). The small twins of the same models, with committed references, run in ` + "`make test`" + ` without Python.

What is followed, where versions of the official code differ:

- **BLIP**: transformers 4.30.2 on PyTorch 1.13.1. Pillow's bicubic to 384 × 384. Vision norms with eps 1e-5 (the hub's
  configuration; the training code had 1e-6). Beams divide by the whole length ("whole": transformers 4.15, which made the
  published numbers; 4.30.2 does the same) in the paper's search (prompt "a picture of", 3 beams, 20 tokens at most and 5 at
  least, start and prompt counted), and by the generated tokens ("generated": transformers from 4.36) in the n-best search.
- **Detectors**: torchvision 0.14.1. v1 with its own size rule (the scale in float32: a side of 480 becomes 799), v2 with the
  rule of later versions (float64), which is Descry's default. v1 with frozen batch norm and eps 0 and the 2019 file's keys in
  the legacy container; v2 with eps 1e-5 in the zip. Bilinear without antialiasing on normalised floats. Masks are pasted as
  0.14.1 does it: padded by one cell, the box expanded and truncated to whole pixels, bilinear, above one half.
  torchvision's own export (torch.onnx.export, opset 11, traced on 640 × 480) is compared with what onnxruntime's Python makes
  of the same file: on pictures of other proportions the export does not find what the model itself finds.
- **Segmenters**: torchvision 0.14.1's preset on a PIL image: short side 520, Pillow's bilinear on 8-bit samples, logits
  enlarged by torch's bilinear, the best class, and for each pixel of the picture the nearest of these.

Columns: *pictures* is how many were compared, *worst difference* the largest over all of them. Differences of tensors are
absolute where the largest value is below 1, else a part of it; logits of captions are always absolute. Every line is the whole
way from the JPEG, PNG … by Descry's decoder against the whole way by Pillow's; "decoded file" is how far the pixels are apart,
which may be nothing at all. Of detections that are "others", those that are absent and those that are new both count. A caption
counts as another one only where the reference's own margin is above the bound. Second containers of a model are tried on two
pictures. What was compared is kept, and lines of one table may come from builds of different days.

`
