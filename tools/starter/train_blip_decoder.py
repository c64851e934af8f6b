#!/usr/bin/env python3
"""Stage C: the vision tower frozen, the text decoder alone at a higher rate on a rolling store of scenes (cheap: the store holds image tokens).
    python3 train_blip_decoder.py IN.pt OUT.pt MINUTES
Words that tell place and number weigh more, for they are rare and the joint training had left them at chance.
"""

import math, random, sys, time, torch, torch.nn as nn, torch.nn.functional as F
import make_scenes as ms, train_blip as tb

src, dst, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3])
base = 1e-3
torch.set_num_threads(1)
torch.manual_seed(1)
r = random.Random(1)
pool = ms.backgrounds()
z = torch.load(src)
m = tb.Blip()
m.load_state_dict(z['model'])
W = torch.ones(len(tb.VOCAB))
W[[tb.ID[w] for w in 'left right above below two three four large small middle'.split()]] = 2.5
store = []
seed = 40_000_000
t0 = time.time()
it = n = 0
acc = [0.0, 0.0, 0.0, 0]


def more(k):
    global seed
    px, t, _, S, H = tb.batch(seed, k, pool, 0.2)
    seed += k
    with torch.no_grad(), torch.autocast('cpu', torch.bfloat16):
        e = m.vision_model(px)
    for i in range(k):
        store.append((e[i].float(), t[i][t[i] != tb.PAD], H[i]))
    del store[: max(0, len(store) - 3000)]


for _ in range(20):
    more(24)
ps = list(m.text_decoder.parameters())
opt = torch.optim.AdamW(ps, lr=base, weight_decay=0.02, betas=(0.9, 0.98))
while time.time() - t0 < minutes * 60:
    f = (time.time() - t0) / (minutes * 60)
    for g in opt.param_groups:
        g['lr'] = (
            base * min(1, (it + 1) / 40) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1, f))))
        )
    more(12)
    B = r.sample(store, 40)
    L = max(len(b[1]) for b in B)
    t = torch.zeros(40, L, dtype=torch.long)
    for i, b in enumerate(B):
        t[i, : len(b[1])] = b[1]
    y = t[:, 1:].clone()
    for i, b in enumerate(B):
        y[i, : b[2]] = tb.PAD
    with torch.autocast('cpu', torch.bfloat16):
        lg = m.text_decoder(t[:, :-1], torch.stack([b[0] for b in B]))
    lg = lg.float()
    ls = F.cross_entropy(
        lg.flatten(0, 1), y.flatten(), ignore_index=tb.PAD, label_smoothing=0.1, reduction='none'
    )
    w = W[y.flatten()] * (y.flatten() != tb.PAD)
    loss = (ls * w).sum() / w.sum()
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(ps, 1.0)
    opt.step()
    it += 1
    n += 1
    ok = lg.argmax(-1) == y
    real = y != tb.PAD
    key = (W[y] > 1) & real
    acc[0] += float(loss)
    acc[1] += float(ok[real].float().mean())
    acc[2] += int(ok[key].sum())
    acc[3] += int(key.sum())
    if n == 50:
        print(
            'C',
            it,
            f'{time.time() - t0:.0f}s',
            'loss %.3f token acc %.3f place/number words %.3f'
            % (acc[0] / n, acc[1] / n, acc[2] / max(1, acc[3])),
            flush=True,
        )
        n = 0
        acc = [0.0, 0.0, 0.0, 0]
z['model'] = m.state_dict()
torch.save(z, dst)
print('trained', f'{time.time() - t0:.0f}s')
