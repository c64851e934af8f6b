#!/usr/bin/env python3
"""Train the small BLIP captioner on emoji scenes (CPU, one thread, bf16 autocast with fp32 master weights).

    python3 train_blip.py --minutes-a 15 --minutes-b 35
State dict names and arithmetic are those of Hugging Face's BlipForConditionalGeneration.
Stage A: the vision tower alone names the class of every 16x16 patch (and the background's kind) on 96x96 windows (36 tokens).
Stage B: whole captioner on 192x192 scenes; the patch naming stays as a helper loss (its head is thrown away).
"""

import argparse, json, math, os, random, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from PIL import Image
import make_scenes as ms

HERE = os.path.dirname(os.path.abspath(__file__))
VOCAB = ms.vocabulary()
ID = {w: i for i, w in enumerate(VOCAB)}
PAD, CLS, SEP, DEC = ID['[PAD]'], ID['[CLS]'], ID['[SEP]'], ID['[DEC]']
MEAN = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(3, 1, 1)
STD = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(3, 1, 1)
CFG = dict(
    image_size=192,
    patch_size=16,
    vision_hidden=192,
    vision_layers=5,
    vision_heads=4,
    vision_intermediate=768,
    vision_eps=1e-5,
    text_hidden=192,
    text_layers=3,
    text_heads=4,
    text_intermediate=768,
    text_eps=1e-12,
    max_position=64,
    vocab_size=len(VOCAB),
)


def hf_config(c=CFG):
    return dict(
        architectures=['BlipForConditionalGeneration'],
        model_type='blip',
        tie_word_embeddings=True,
        image_text_hidden_size=256,
        projection_dim=c['text_hidden'],
        vision_config=dict(
            model_type='blip_vision_model',
            image_size=c['image_size'],
            patch_size=c['patch_size'],
            hidden_size=c['vision_hidden'],
            num_hidden_layers=c['vision_layers'],
            num_attention_heads=c['vision_heads'],
            intermediate_size=c['vision_intermediate'],
            hidden_act='gelu',
            layer_norm_eps=c['vision_eps'],
            attention_dropout=0.0,
            num_channels=3,
        ),
        text_config=dict(
            model_type='blip_text_model',
            vocab_size=c['vocab_size'],
            hidden_size=c['text_hidden'],
            encoder_hidden_size=c['vision_hidden'],
            num_hidden_layers=c['text_layers'],
            num_attention_heads=c['text_heads'],
            intermediate_size=c['text_intermediate'],
            hidden_act='gelu',
            layer_norm_eps=c['text_eps'],
            max_position_embeddings=c['max_position'],
            is_decoder=True,
            use_cache=True,
            pad_token_id=PAD,
            bos_token_id=DEC,
            sep_token_id=SEP,
            eos_token_id=SEP,
            label_smoothing=0.1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        ),
    )


class LayerNorm(nn.LayerNorm):
    def forward(s, x):
        return super().forward(x.float())  # autocast hands bf16


# ---------------------------------------------------------------- vision tower: pre-norm
class VisionAttention(nn.Module):
    def __init__(s, d, h):
        super().__init__()
        s.h = h
        s.qkv = nn.Linear(d, 3 * d)
        s.projection = nn.Linear(d, d)

    def forward(s, x):
        B, N, D = x.shape
        q, k, v = s.qkv(x).reshape(B, N, 3, s.h, D // s.h).permute(2, 0, 3, 1, 4)
        p = ((q @ k.transpose(-1, -2)) * (D // s.h) ** -0.5).softmax(-1)
        return s.projection((p @ v).transpose(1, 2).reshape(B, N, D))


class Mlp(nn.Module):
    def __init__(s, d, i):
        super().__init__()
        s.fc1 = nn.Linear(d, i)
        s.fc2 = nn.Linear(i, d)

    def forward(s, x):
        return s.fc2(F.gelu(s.fc1(x)))


class VisionLayer(nn.Module):
    def __init__(s, c):
        super().__init__()
        d, e = c['vision_hidden'], c['vision_eps']
        s.self_attn = VisionAttention(d, c['vision_heads'])
        s.layer_norm1 = LayerNorm(d, e)
        s.mlp = Mlp(d, c['vision_intermediate'])
        s.layer_norm2 = LayerNorm(d, e)

    def forward(s, x):
        x = x + s.self_attn(s.layer_norm1(x))
        return x + s.mlp(s.layer_norm2(x))


class VisionEmbeddings(nn.Module):
    def __init__(s, c):
        super().__init__()
        d, p = c['vision_hidden'], c['patch_size']
        s.g = c['image_size'] // p
        s.class_embedding = nn.Parameter(torch.randn(1, 1, d) * 0.02)
        s.patch_embedding = nn.Conv2d(3, d, p, p)
        s.position_embedding = nn.Parameter(torch.randn(1, s.g**2 + 1, d) * 0.02)

    def forward(s, x, at=None):
        """at: (row, column) of a window inside the grid, for stage A; None is the true model"""
        y = s.patch_embedding(x)
        k = y.shape[-1]
        y = y.flatten(2).transpose(1, 2)
        pe = s.position_embedding
        if at is not None:
            g = (
                torch.arange(s.g**2).view(s.g, s.g)[at[0] : at[0] + k, at[1] : at[1] + k].flatten()
                + 1
            )
            pe = torch.cat([pe[:, :1], pe[:, g]], 1)
        return torch.cat([s.class_embedding.expand(len(x), -1, -1), y], 1) + pe


class VisionEncoder(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.layers = nn.ModuleList(VisionLayer(c) for _ in range(c['vision_layers']))


class VisionModel(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.embeddings = VisionEmbeddings(c)
        s.encoder = VisionEncoder(c)
        s.post_layernorm = LayerNorm(c['vision_hidden'], c['vision_eps'])

    def forward(s, x, at=None):
        x = s.embeddings(x, at)
        for l in s.encoder.layers:
            x = l(x)
        return s.post_layernorm(x)


# ---------------------------------------------------------------- text decoder: post-norm BERT with causal self-attention and cross-attention
class SelfAttention(nn.Module):
    def __init__(s, d, e, h):
        super().__init__()
        s.h = h
        s.query = nn.Linear(d, d)
        s.key = nn.Linear(e, d)
        s.value = nn.Linear(e, d)

    def forward(s, x, y, mask):
        f = lambda t: t.view(len(t), -1, s.h, t.shape[-1] // s.h).transpose(1, 2)
        q, k, v = f(s.query(x)), f(s.key(y)), f(s.value(y))
        a = q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1])
        if mask is not None:
            a = a + mask
        return (a.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)


class Output(nn.Module):
    def __init__(s, i, d, e):
        super().__init__()
        s.dense = nn.Linear(i, d)
        s.LayerNorm = LayerNorm(d, e)

    def forward(s, x, residual):
        return s.LayerNorm(s.dense(x) + residual)


class Attention(nn.Module):
    def __init__(s, c, cross):
        super().__init__()
        d = c['text_hidden']
        s.self = SelfAttention(d, c['vision_hidden'] if cross else d, c['text_heads'])
        s.output = Output(d, d, c['text_eps'])

    def forward(s, x, y, mask=None):
        return s.output(s.self(x, y, mask), x)


class Intermediate(nn.Module):
    def __init__(s, d, i):
        super().__init__()
        s.dense = nn.Linear(d, i)

    def forward(s, x):
        return F.gelu(s.dense(x))


class TextLayer(nn.Module):
    def __init__(s, c):
        super().__init__()
        d, i = c['text_hidden'], c['text_intermediate']
        s.attention = Attention(c, False)
        s.crossattention = Attention(c, True)
        s.intermediate = Intermediate(d, i)
        s.output = Output(i, d, c['text_eps'])

    def forward(s, x, img, mask):
        x = s.attention(x, x, mask)
        x = s.crossattention(x, img)
        return s.output(s.intermediate(x), x)


class TextEmbeddings(nn.Module):
    def __init__(s, c):
        super().__init__()
        d = c['text_hidden']
        s.word_embeddings = nn.Embedding(c['vocab_size'], d, PAD)
        s.position_embeddings = nn.Embedding(c['max_position'], d)
        s.LayerNorm = LayerNorm(d, c['text_eps'])

    def forward(s, ids):
        return s.LayerNorm(s.word_embeddings(ids) + s.position_embeddings.weight[: ids.shape[1]])


class TextEncoder(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.layer = nn.ModuleList(TextLayer(c) for _ in range(c['text_layers']))


class Bert(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.embeddings = TextEmbeddings(c)
        s.encoder = TextEncoder(c)


class Transform(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.dense = nn.Linear(c['text_hidden'], c['text_hidden'])
        s.LayerNorm = LayerNorm(c['text_hidden'], c['text_eps'])

    def forward(s, x):
        return s.LayerNorm(F.gelu(s.dense(x)))


class Predictions(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.transform = Transform(c)
        s.decoder = nn.Linear(c['text_hidden'], c['vocab_size'])
        s.bias = nn.Parameter(torch.zeros(c['vocab_size']))
        s.decoder.bias = s.bias

    def forward(s, x):
        return s.decoder(s.transform(x))


class Head(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.predictions = Predictions(c)


class TextDecoder(nn.Module):
    def __init__(s, c):
        super().__init__()
        s.bert = Bert(c)
        s.cls = Head(c)
        s.cls.predictions.decoder.weight = s.bert.embeddings.word_embeddings.weight

    def forward(s, ids, img):
        L = ids.shape[1]
        mask = torch.full((L, L), -10000.0).triu(1)
        x = s.bert.embeddings(ids)
        for l in s.bert.encoder.layer:
            x = l(x, img, mask)
        return s.cls.predictions(x)


class Blip(nn.Module):
    def __init__(s, c=CFG):
        super().__init__()
        s.vision_model = VisionModel(c)
        s.text_decoder = TextDecoder(c)
        for m in s.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(
                    m.weight,
                    std=(
                        0.02
                        if m.out_features == c['vocab_size']
                        else (1 / m.in_features) ** 0.5 * 0.7
                    ),
                )
                nn.init.zeros_(m.bias)
            if isinstance(m, nn.Embedding):
                nn.init.normal_(m.weight, std=0.02)
        g = c['image_size'] // c['patch_size']
        d = c['vision_hidden']  # positions begin as 2-D sines
        w = 1 / 100 ** (torch.arange(d // 4) / (d // 4))
        a = torch.arange(g)[:, None] * w
        a = torch.cat([a.sin(), a.cos()], 1)
        pe = torch.cat([a[:, None].expand(g, g, -1), a[None].expand(g, g, -1)], 2).reshape(g * g, d)
        s.vision_model.embeddings.position_embedding.data[0, 1:] = pe * 0.3


def whiten_patches(m, pool):
    """patch embedding begins as the whitened principal components of real patches"""
    P = []
    p = CFG['patch_size']
    for i in range(500):
        x = pixels(ms.scene(60_000_000 + i, pool)['image'])
        u = x.unfold(1, p, p).unfold(2, p, p).permute(1, 2, 0, 3, 4).reshape(-1, 3 * p * p)
        P.append(u[torch.randperm(len(u))[:40]])
    P = torch.cat(P)
    mu = P.mean(0)
    C = (P - mu).T @ (P - mu) / len(P)
    e, V = torch.linalg.eigh(C)
    e, V = e.flip(0), V.flip(1)
    d = CFG['vision_hidden']
    W = V[:, :d] / (e[:d] + 0.02 * e[:d].mean()).sqrt() * 0.5
    W = W @ torch.linalg.qr(torch.randn(d, d))[0]
    c = m.vision_model.embeddings.patch_embedding
    c.weight.data = W.T.reshape(d, 3, p, p).contiguous()
    c.bias.data = -(mu @ W)
    print('patch variance kept', round(float(e[:d].sum() / e.sum()), 4))


# ---------------------------------------------------------------- data
def pixels(a, size=None):
    """as BlipImageProcessor: straight to size x size, bicubic, /255, CLIP mean and std"""
    size = size or CFG['image_size']
    im = Image.fromarray(a)
    if im.size != (size, size):
        im = im.resize((size, size), Image.BICUBIC)
    return (torch.from_numpy(np.asarray(im).copy()).permute(2, 0, 1).float() / 255 - MEAN) / STD


KI = {p: i + 1 for i, p in enumerate(ms.BG_PHRASES)}
OI = {c: i for i, c in enumerate(ms.IDS)}
NB = len(ms.BG_PHRASES) + 1


def patch_labels(s, g):
    """g x g: index of the object that covers most of a patch (if over 15 %), else the background's; and that object's centre and size"""
    h, w = s['image'].shape[:2]
    k = 6
    ys = ((np.arange(g * k) + 0.5) * h / (g * k)).astype(int)
    xs = ((np.arange(g * k) + 0.5) * w / (g * k)).astype(int)
    best = np.full((g, g), 0.15)
    out = np.full((g, g), KI[s['phrase']])
    where = np.zeros((g, g, 3), np.float32)
    for c, m, b4 in zip(s['labels'], s['masks'], s['boxes']):
        f = m[np.ix_(ys, xs)].reshape(g, k, g, k).mean((1, 3))
        b = f > best
        best[b] = f[b]
        out[b] = NB + OI[c]
        where[b] = (
            (b4[0] + b4[2]) / 2 / w * 4 - 2,
            (b4[1] + b4[3]) / 2 / h * 4 - 2,
            math.sqrt(m.sum() / (h * w)) * 4,
        )
    return torch.from_numpy(out.reshape(-1)), torch.from_numpy(where.reshape(-1, 3))


def words(caption):
    return [ID[w] for w in caption.split()]


PROMPTS = [words('a picture of'), words('a photo of')]


def batch(seed, n, pool, prompts=0.0):
    """pixels, token ids, patch labels, scenes, length of each caption's prompt (BLIP's 'a picture of' heads some, and bears no loss)"""
    S = [ms.scene(seed + i, pool) for i in range(n)]
    r = random.Random(seed)
    H = [r.choice(PROMPTS) if r.random() < prompts else [] for _ in S]
    T = [[DEC] + h + words(s['caption']) + [SEP] for h, s in zip(H, S)]
    t = torch.full((n, max(map(len, T))), PAD)
    for i, x in enumerate(T):
        t[i, : len(x)] = torch.tensor(x)
    return (
        torch.stack([pixels(s['image']) for s in S]),
        t,
        [torch.stack(q) for q in zip(*[patch_labels(s, CFG['image_size'] // 16) for s in S])],
        S,
        [len(h) for h in H],
    )


@torch.no_grad()
def greedy(m, px, n=24):
    img = m.vision_model(px)
    ids = torch.full((len(px), 1), DEC)
    done = torch.zeros(len(px), dtype=torch.bool)
    first = None
    for _ in range(n):
        lg = m.text_decoder(ids, img)[:, -1]
        first = lg if first is None else first
        nx = lg.argmax(-1)
        nx[done] = PAD
        done |= nx == SEP
        ids = torch.cat([ids, nx[:, None]], 1)
        if done.all():
            break
    return ids, first


def text(ids):
    return ' '.join(VOCAB[i] for i in ids if VOCAB[i] not in ('[DEC]', '[PAD]', '[SEP]', '[CLS]'))


LONGEST = sorted(
    ((p, c) for c in ms.IDS for p in {ms.NAMES[c], ms.plural(ms.NAMES[c])}),
    key=lambda x: -len(x[0]),
)


def named(s, phrase=None):
    """class ids and counts which a caption names"""
    for p in ms.BG_PHRASES:
        if s.endswith(p):
            s = s[: -len(p)]
            break
    s = ' ' + s + ' '
    found = {}
    W = {w: i for i, w in enumerate(ms.COUNT)}
    for p, c in LONGEST:
        while f' {p} ' in s:
            before = s[: s.index(f' {p} ')].split()
            k = next((W[w] if w in W else 1 for w in before[::-1] if w in W or w in ('a', 'an')), 1)
            found[c] = found.get(c, 0) + k
            i = s.index(f' {p} ')
            head = s[:i]
            s = head + ' * ' + s[i + len(p) + 2 :]
    return found


@torch.no_grad()
def evaluate(m, n=300, start=ms.EVAL_SEED, keep=0):
    m.eval()
    c = dict(obj=0, tot=0, wrong=0, allc=0, counts=0, bg=0, exact=0, tok=0, ntok=0)
    ex = []
    for k in range(0, n, 50):
        b = min(50, n - k)
        px, t, _, S, _ = batch(start + k, b, None)
        lg = m.text_decoder(t[:, :-1], m.vision_model(px))
        y = t[:, 1:]
        ok = y != PAD
        c['tok'] += int((lg.argmax(-1) == y)[ok].sum())
        c['ntok'] += int(ok.sum())
        ids, _ = greedy(m, px)
        for s, r in zip(S, ids.tolist()):
            h = text(r)
            want = {}
            got = named(h)
            for l in s['labels']:
                want[l] = want.get(l, 0) + 1
            c['obj'] += sum(l in got for l in want)
            c['tot'] += len(want)
            c['wrong'] += sum(l not in want for l in got)
            c['allc'] += set(want) == set(got)
            c['counts'] += want == got
            c['bg'] += h.endswith(s['phrase'])
            c['exact'] += h == s['caption']
            ex.append((s['caption'], h))
    m.train()
    q = lambda a, b: round(c[a] / b, 4)
    return (
        dict(
            object_classes_named=q('obj', c['tot']),
            wrong_classes_per_scene=q('wrong', n),
            all_classes_right=q('allc', n),
            classes_and_counts_right=q('counts', n),
            background=q('bg', n),
            exact_caption=q('exact', n),
            token_accuracy_teacher_forced=q('tok', c['ntok']),
        ),
        ex[:keep],
    )


if __name__ == '__main__':
    ap = argparse.ArgumentParser()
    ap.add_argument('--minutes-a', type=float, default=15)
    ap.add_argument('--minutes-b', type=float, default=35)
    ap.add_argument('--resume')
    ap.add_argument('--seed', type=int, default=0)
    ap.add_argument('--lr-a', type=float, default=1e-3)
    ap.add_argument('--lr-b', type=float, default=8e-4)
    ap.add_argument('--warmup', type=int, default=150)
    ap.add_argument('--window', type=int, default=6)
    ap.add_argument('--profile', action='store_true')
    o = ap.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(o.seed)
    pool = ms.backgrounds()
    m = Blip()
    NC = NB + len(ms.IDS)
    aux = nn.Linear(CFG['vision_hidden'], NC + 3)
    print('params', sum(p.numel() for p in m.parameters()), 'vocab', len(VOCAB), flush=True)
    if o.resume:
        z = torch.load(o.resume)
        m.load_state_dict(z['model'])
        [aux.state_dict()[k][: len(v)].copy_(v) for k, v in z['aux'].items()]
    else:
        whiten_patches(m, pool)
    t0 = time.time()
    c0 = time.process_time()
    f32 = lambda t: t.float()
    save = lambda: (
        torch.save(dict(model=m.state_dict(), aux=aux.state_dict()), HERE + '/blip_train.tmp'),
        os.replace(HERE + '/blip_train.tmp', HERE + '/blip_train.pt'),
    )
    for stage, minutes in (('A', o.minutes_a), ('B', o.minutes_b)):
        if minutes <= 0:
            continue
        base = o.lr_a if stage == 'A' else o.lr_b
        ps = list(m.vision_model.parameters() if stage == 'A' else m.parameters()) + list(
            aux.parameters()
        )
        opt = torch.optim.AdamW(
            [
                dict(params=[p for p in ps if p.ndim > 1]),
                dict(params=[p for p in ps if p.ndim <= 1], weight_decay=0.0),
            ],
            lr=base,
            weight_decay=0.05,
            betas=(0.9, 0.98),
        )
        ts = time.time()
        it = n = 0
        acc = np.zeros(5)
        seed = 10_000_000 + 1_000_000 * o.seed if stage == 'A' else 20_000_000 + 1_000_000 * o.seed
        r = random.Random(o.seed)
        k = o.window
        g = CFG['image_size'] // 16
        while time.time() - ts < minutes * 60:
            f = (time.time() - ts) / (minutes * 60)
            floor = 0.3 if stage == 'A' else 0.02
            for q in opt.param_groups:
                q['lr'] = (
                    base
                    * min(1, (it + 1) / o.warmup)
                    * (floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * min(1, f))))
                )
            if stage == 'A':
                bs = 64
                S = [
                    ms.scene(
                        seed + i,
                        pool,
                        size=(16 * k, 16 * k),
                        n=r.choice([1, 2, 2, 3]),
                        lo=28,
                        hi=90,
                    )
                    for i in range(bs)
                ]
                seed += bs
                px = torch.stack([pixels(s['image'], 16 * k) for s in S])
                y, wh = (torch.stack(q) for q in zip(*[patch_labels(s, k) for s in S]))
                at = (r.randint(0, g - k), r.randint(0, g - k))
                with torch.autocast('cpu', torch.bfloat16):
                    pa = aux(m.vision_model(px, at)[:, 1:])
                pa = pa.float()
                lm = torch.zeros(())
                ta = 0.0
            else:
                bs = 24
                px, t, (y, wh), _, H = batch(seed, bs, pool, 0.2)
                seed += bs
                with torch.autocast('cpu', torch.bfloat16):
                    img = m.vision_model(px)
                    pa = aux(img[:, 1:])
                    lg = m.text_decoder(t[:, :-1], img)
                pa, lg = pa.float(), lg.float()
                tt = t[:, 1:].clone()
                for i, h in enumerate(H):
                    tt[i, :h] = PAD
                lm = F.cross_entropy(
                    lg.flatten(0, 1), tt.flatten(), ignore_index=PAD, label_smoothing=0.1
                )
                ta = float((lg.argmax(-1) == tt)[tt != PAD].float().mean())
            ob = y >= NB
            pa, pw = pa[..., :NC], pa[..., NC:]
            al = F.cross_entropy(pa.flatten(0, 1), y.flatten())
            oa = float((pa.argmax(-1) == y)[ob].float().mean())
            wl = (
                F.smooth_l1_loss(pw[ob], wh[ob], beta=0.3) if stage == 'B' else torch.zeros(())
            )  # windows of stage A have no true place
            loss = lm + wl + al * (1 if stage == 'A' else 1 - 0.7 * f)
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(ps, 1.0)
            opt.step()
            it += 1
            n += 1
            acc += [float(lm), ta, float(al), oa, float(wl)]
            if n == 50 or (o.profile and n == 5):
                print(
                    stage,
                    it,
                    f'{time.time() - t0:.0f}s cpu {time.process_time() - c0:.0f}s lr {opt.param_groups[0]["lr"]:.5f}',
                    'lm %.3f token acc %.3f patch loss %.3f object patch acc %.3f place loss %.3f'
                    % tuple(acc / n),
                    flush=True,
                )
                n = 0
                acc[:] = 0
                if o.profile and it >= 10:
                    break
            if it % 400 == 0 and not o.profile:
                save()
                if stage == 'B':
                    e, ex = evaluate(m, 50, start=ms.EVAL_SEED + 100_000, keep=3)
                    print('eval', it, e, ex, flush=True)
        if not o.profile:
            save()
    print(
        'trained', f'{time.time() - t0:.0f}s wall {time.process_time() - c0:.0f}s cpu', flush=True
    )
