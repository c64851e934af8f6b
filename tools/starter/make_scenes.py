#!/usr/bin/env python3
"""Synthetic 'emoji scenes': picture, boxes, COCO class ids, visible masks and a caption.

Needs Debian's fonts-noto-color-emoji, python3-pil (with raqm, for skin tones) and python3-numpy.
    python3 make_scenes.py sheet            # glyph sheet + scene sheet (PNG)
    python3 make_scenes.py samples 30       # held-out scenes as PNG + ground truth JSON in samples/
    python3 make_scenes.py bench            # ms per scene
As a module: scene(seed, pool=backgrounds()) gives one scene as a dict.
"""

import io, json, math, os, random, sys, time
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = os.path.dirname(os.path.abspath(__file__))
FONT = '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf'
EVAL_SEED = 9_000_000  # held-out scenes: EVAL_SEED, EVAL_SEED+1, ...; training seeds stay below

# torchvision's 91-id COCO numbering -> (name, emoji)
CLASSES = {
    1: (
        'person',
        '🧍 🧍‍♂️ 🧍‍♀️ 🚶 🚶🏽‍♀️ 🏃 🏃🏿‍♀️ 💃 🕺🏾 🧑 👩🏽 👨🏿 👧🏻 👦 👩 👨🏼 💁🏾‍♀️ 🙋 🧍🏽 🧍🏿‍♂️ 🧍🏻‍♀️',
    ),
    2: ('bicycle', '🚲'),
    3: ('car', '🚗 🚙 🏎 🚕 🚘'),
    4: ('motorcycle', '🏍 🛵'),
    5: ('airplane', '✈️ 🛩 🛫'),
    6: ('bus', '🚌 🚍'),
    7: ('train', '🚂 🚆 🚅 🚊'),
    8: ('truck', '🚚 🚛 🛻'),
    9: ('boat', '⛵ 🚤 🛥 🛶'),
    10: ('traffic light', '🚦 🚥'),
    13: ('stop sign', '🛑'),
    16: ('bird', '🐦 🦜 🦆 🕊 🦉 🐤'),
    17: ('cat', '🐈 🐱 🐈‍⬛'),
    18: ('dog', '🐕 🐶 🐩 🦮 🐕‍🦺'),
    19: ('horse', '🐎 🐴'),
    20: ('sheep', '🐑'),
    21: ('cow', '🐄 🐮'),
    22: ('elephant', '🐘'),
    23: ('bear', '🐻 🐻‍❄️'),
    24: ('zebra', '🦓'),
    25: ('giraffe', '🦒'),
    27: ('backpack', '🎒'),
    28: ('umbrella', '☂️ ⛱ ☔ 🌂'),
    31: ('handbag', '👜 👛'),
    32: ('tie', '👔'),
    33: ('suitcase', '🧳'),
    35: ('skis', '🎿'),
    37: ('sports ball', '⚽ 🏀 🏐'),
    38: ('kite', '🪁'),
    41: ('skateboard', '🛹'),
    43: ('tennis racket', '🎾'),
    44: ('bottle', '🍾 🍼'),
    46: ('wine glass', '🍷'),
    47: ('cup', '☕ 🍵'),
    48: ('fork', '🍴'),
    49: ('knife', '🔪'),
    50: ('spoon', '🥄'),
    51: ('bowl', '🥣 🍜 🥗'),
    52: ('banana', '🍌'),
    53: ('apple', '🍎 🍏'),
    54: ('sandwich', '🥪'),
    55: ('orange', '🍊'),
    56: ('broccoli', '🥦'),
    57: ('carrot', '🥕'),
    58: ('hot dog', '🌭'),
    59: ('pizza', '🍕'),
    60: ('donut', '🍩'),
    61: ('cake', '🎂 🍰'),
    62: ('chair', '🪑 💺'),
    63: ('couch', '🛋'),
    64: ('potted plant', '🪴'),
    65: ('bed', '🛏'),
    70: ('toilet', '🚽'),
    72: ('tv', '📺'),
    73: ('laptop', '💻'),
    74: ('mouse', '🖱'),
    76: ('keyboard', '⌨️'),
    77: ('cell phone', '📱'),
    84: ('book', '📕 📖 📘 📗'),
    85: ('clock', '🕒 ⏰ 🕰 🕗'),
    87: ('scissors', '✂️'),
    88: ('teddy bear', '🧸'),
    90: ('toothbrush', '🪥'),
}
NAMES = {k: v[0] for k, v in CLASSES.items()}
IDS = list(NAMES)
PLURAL = {
    'person': 'people',
    'bus': 'buses',
    'sheep': 'sheep',
    'skis': 'skis',
    'wine glass': 'wine glasses',
    'knife': 'knives',
    'sandwich': 'sandwiches',
    'couch': 'couches',
    'toothbrush': 'toothbrushes',
    'scissors': 'scissors',
    'mouse': 'mice',
    'broccoli': 'broccoli',
}
COUNT = ['zero', 'one', 'two', 'three', 'four', 'five', 'six']
plural = lambda n: PLURAL.get(n, n + 's')

# ---------------------------------------------------------------- glyphs
_G = {}


def glyphs():
    """class id -> list of RGBA uint8 arrays, cropped to the drawing"""
    if not _G:
        font = ImageFont.truetype(FONT, 109)
        for cid, (name, s) in CLASSES.items():
            _G[cid] = []
            for ch in s.split():
                im = Image.new('RGBA', (420, 170), (0, 0, 0, 0))
                ImageDraw.Draw(im).text((10, 20), ch, font=font, embedded_color=True)
                bb = im.getchannel('A').getbbox()
                if bb is None or bb[2] - bb[0] > 150:  # missing, or not joined into one glyph
                    print('glyph left out:', name, ch, bb, file=sys.stderr)
                    continue
                _G[cid].append(im.crop(bb))
    return _G


_W = None


def _weights():
    global _W
    if _W is None:
        _W = [math.sqrt(len(glyphs()[c])) for c in IDS]
    return _W


# ---------------------------------------------------------------- backgrounds
def _noise(h, w, cell, rng, amp):
    g = rng.random((max(2, h // cell + 2), max(2, w // cell + 2))).astype(np.float32)
    return (
        np.asarray(
            Image.fromarray((g * 255).astype(np.uint8)).resize((w, h), Image.BICUBIC), np.float32
        )
        / 255
        - 0.5
    )[..., None] * amp


PLAIN = {
    'red': (215, 60, 60),
    'yellow': (240, 215, 90),
    'pink': (245, 170, 195),
    'purple': (140, 90, 180),
    'gray': (145, 145, 145),
    'white': (246, 246, 246),
    'orange': (240, 150, 60),
    'black': (22, 22, 22),
}
KINDS = ['sky', 'grass', 'beach', 'night', 'wall', 'wood', 'water', 'snow', 'sunset', 'plain']
PHRASE = {
    'sky': 'under a blue sky',
    'grass': 'on green grass',
    'beach': 'on a sandy beach',
    'night': 'at night',
    'wall': 'in front of a brick wall',
    'wood': 'on a wooden table',
    'water': 'on the water',
    'snow': 'in the snow',
    'sunset': 'at sunset',
}


def bg_phrase(kind, colour):
    return (
        PHRASE[kind]
        if kind != 'plain'
        else f"on {'an' if colour == 'orange' else 'a'} {colour} background"
    )


BG_PHRASES = list(PHRASE.values()) + [bg_phrase('plain', c) for c in PLAIN]


def background(w, h, r, rng):
    kind, colour = r.choice(KINDS), None
    y = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    x = np.linspace(0, 1, w, dtype=np.float32)[None, :, None]
    j = lambda c, s=18: np.array([v + r.uniform(-s, s) for v in c], np.float32)
    grad = lambda a, b: (1 - y) * a + y * b + 0 * x
    if kind == 'sky':
        im = grad(j((80, 145, 230)), j((185, 218, 250))) + _noise(h, w, r.randint(30, 70), rng, 40)
        if r.random() < 0.5:
            c = np.clip(
                (_noise(h, w, r.randint(40, 80), rng, 2) + _noise(h, w, 14, rng, 0.5) - 0.15) * 2,
                0,
                0.9,
            )
            im = im * (1 - c) + 250 * c
    elif kind == 'grass':
        im = (
            grad(j((95, 175, 75)), j((50, 120, 40)))
            + _noise(h, w, r.randint(2, 6), rng, 50)
            + _noise(h, w, 40, rng, 25)
        )
        if r.random() < 0.4:
            k = int(h * r.uniform(0.1, 0.4))
            im[:k] = j((150, 200, 245)) + _noise(k, w, 40, rng, 20)
    elif kind == 'beach':
        im = (
            grad(j((240, 220, 160)), j((220, 190, 120)))
            + _noise(h, w, 3, rng, 24)
            + _noise(h, w, 30, rng, 14)
        )
        k = int(h * r.uniform(0.15, 0.4))
        im[:k] = j((60, 150, 200)) + _noise(k, w, 6, rng, 22)
    elif kind == 'night':
        im = grad(j((10, 12, 40), 8), j((30, 30, 80), 10)) + _noise(h, w, 32, rng, 14)
        n = r.randint(20, 80)
        ys = rng.integers(0, h - 1, n)
        xs = rng.integers(0, w - 1, n)
        im[ys, xs] = 240
        big = slice(0, n // 3)
        im[ys[big] + 1, xs[big]] = 200
        im[ys[big], xs[big] + 1] = 200
    elif kind == 'wall':
        im = np.zeros((h, w, 3), np.float32) + j(
            r.choice([(165, 75, 60), (150, 95, 80), (185, 100, 70)])
        )
        bh = r.randint(11, 24)
        bw = bh * 2
        yy, xx = np.mgrid[0:h, 0:w]
        row = yy // bh
        col = (xx + (row % 2) * bw // 2) // bw
        im += (
            rng.random((int(row.max()) + 1, int(col.max()) + 1)).astype(np.float32)[row, col][
                ..., None
            ]
            - 0.5
        ) * 40
        im[((yy % bh) < 2) | (((xx + (row % 2) * bw // 2) % bw) < 2)] = j((195, 185, 175))
        im += _noise(h, w, 5, rng, 30)
    elif kind == 'wood':
        im = grad(j((175, 122, 72)), j((150, 100, 55)))
        yy = np.mgrid[0:h, 0:w][0][..., None].astype(np.float32)
        im = (
            im
            + np.sin(yy * r.uniform(0.12, 0.5) + _noise(h, w, 40, rng, 12)) * r.uniform(8, 16)
            + _noise(h, w, 3, rng, 10)
        )
        p = r.randint(40, 90)
        im[(np.arange(h) % p) < 2] *= 0.6
    elif kind == 'water':
        yy = np.mgrid[0:h, 0:w][0][..., None].astype(np.float32)
        im = grad(j((40, 125, 185)), j((20, 72, 135))) + np.sin(
            yy * r.uniform(0.25, 0.6) + _noise(h, w, 20, rng, 16)
        ) * r.uniform(9, 17)
    elif kind == 'snow':
        im = (
            grad(j((232, 238, 250), 8), j((214, 226, 242), 8))
            + _noise(h, w, 6, rng, 16)
            + _noise(h, w, 50, rng, 18)
        )
        n = r.randint(20, 70)
        im[rng.integers(0, h, n), rng.integers(0, w, n)] = 255
    elif kind == 'sunset':
        im = grad(j((120, 60, 120)), j((250, 160, 70))) + _noise(h, w, 60, rng, 26)
        k = int(h * r.uniform(0.7, 0.95))
        im[k:] = j((60, 35, 50), 10) + _noise(h - k, w, 8, rng, 14)
    else:
        colour = r.choice(list(PLAIN))
        c = j(PLAIN[colour], 10)
        im = grad(c, c * r.uniform(0.9, 1.0)) + _noise(h, w, 60, rng, r.uniform(0, 16))
    return np.clip(im, 0, 255).astype(np.uint8), kind, colour


def backgrounds(n=500, size=330, path=os.path.join(HERE, 'cache_backgrounds.npz')):
    """a pool of pre-drawn training backgrounds, of which scenes take random crops (drawing one anew costs more than the rest)"""
    if os.path.exists(path):
        z = np.load(path)
        im, kind = z['im'], z['kind'].tolist()
        return [(im[i], *kind[i]) for i in range(len(im))]
    L = []
    for i in range(n):
        im, k, c = background(
            size, size, random.Random(7_000_000 + i), np.random.default_rng(7_000_000 + i)
        )
        L.append((im, k, c or ''))
    np.savez(path, im=np.stack([x[0] for x in L]), kind=np.array([(x[1], x[2]) for x in L]))
    return L


# ---------------------------------------------------------------- captions
def an(n):
    if n in ('skis', 'scissors'):
        return 'a pair of ' + n
    if n == 'broccoli':
        return 'a piece of broccoli'
    return ('an ' if n[0] in 'aeiou' else 'a ') + n


def count(n, k):
    if k == 1:
        return an(n)
    if n in ('skis', 'scissors'):
        return f'{COUNT[k]} pairs of {n}'
    if n == 'broccoli':
        return f'{COUNT[k]} pieces of broccoli'
    return f'{COUNT[k]} {plural(n)}'


def caption(objs, w, h, bg):
    """objs: (class id, box, visible area). The biggest comes first; equal classes are counted; no chance in it."""
    order = sorted(objs, key=lambda o: -o[2])
    cnt = {}
    for o in order:
        cnt[o[0]] = cnt.get(o[0], 0) + 1
    ph = [count(NAMES[c], k) for c, k in cnt.items()]
    mid = lambda o: ((o[1][0] + o[1][2]) / 2, (o[1][1] + o[1][3]) / 2)
    if len(order) == 1:
        b = order[0][1]
        rel = max((b[2] - b[0]) / w, (b[3] - b[1]) / h)
        x = mid(order[0])[0] / w
        size = 'large ' if rel > 0.5 else 'small ' if rel < 0.26 else ''
        p = ph[0]
        if size and p.startswith(('a ', 'an ')):
            p = 'a ' + size + p.split(' ', 1)[1]
        s = p + (' on the left' if x < 0.36 else ' on the right' if x > 0.64 else ' in the middle')
    elif len(order) == 2 and len(cnt) == 2:
        (ax, ay), (bx, by) = mid(order[0]), mid(order[1])
        dx, dy = ax - bx, ay - by
        rel = (
            ('to the left of' if dx < 0 else 'to the right of')
            if abs(dx) > abs(dy)
            else ('above' if dy < 0 else 'below')
        )
        s = f'{ph[0]} {rel} {ph[1]}'
    elif len(ph) == 1:
        s = ph[0]
    elif len(ph) == 2:
        s = f'{ph[0]} and {ph[1]}'
    elif len(ph) == 3:
        s = f'{ph[0]} with {ph[1]} and {ph[2]}'
    else:
        s = f'{ph[0]} and {ph[1]} with {ph[2]} and {ph[3]}'
    return s + ' ' + bg


def vocabulary():
    """the BERT-like word list: specials, characters and ##characters, the grammar's words, [DEC] and [ENC] last"""
    words = set()
    for n in NAMES.values():
        words |= set(n.split()) | set(plural(n).split())
    for p in BG_PHRASES:
        words |= set(p.split())
    words |= set(
        'a an and with of pair pairs piece pieces large small one two three four five six on in the left right middle to above below picture photo'.split()
    )
    ch = [chr(c) for c in range(97, 123)] + [str(d) for d in range(10)]
    return (
        ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']
        + list("!'(),-.?")
        + ch
        + ['##' + c for c in ch]
        + sorted(w for w in words if w not in ch)
        + ['[DEC]', '[ENC]']
    )


# ---------------------------------------------------------------- scenes
def _object(cid, s, r):
    g = r.choice(glyphs()[cid])
    k = s / max(g.size)
    g = g.resize(
        (max(6, round(g.width * k)), max(6, round(g.height * k))),
        Image.BICUBIC if k > 0.7 else Image.LANCZOS,
    )
    if r.random() < 0.5:
        g = g.transpose(Image.FLIP_LEFT_RIGHT)
    g = g.rotate(r.uniform(-20, 20), Image.BICUBIC, expand=True)
    a = np.asarray(g)
    ys = np.flatnonzero(a[..., 3].max(1) > 20)
    xs = np.flatnonzero(a[..., 3].max(0) > 20)
    a = a[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1].astype(np.float32)
    rgb, al = a[..., :3], a[..., 3:] / 255
    grey = rgb.mean(2, keepdims=True)
    rgb = grey + (rgb - grey) * r.uniform(0.7, 1.2)
    return (
        np.clip(
            rgb * r.uniform(0.8, 1.15)
            + np.array([r.uniform(-10, 10) for _ in range(3)], np.float32),
            0,
            255,
        ),
        al,
    )


def scene(seed, pool=None, size=None, n=None, lo=40, hi=150, classes=None):
    """-> dict(image HxWx3 uint8, boxes [x0,y0,x1,y1], labels, masks (bool), caption, phrase)"""
    r = random.Random(seed)
    rng = np.random.default_rng(seed)
    if size is None:
        w, h = (256, 256) if r.random() < 0.4 else (r.randint(192, 320), r.randint(192, 320))
    else:
        w, h = size
    if pool is not None:
        b, kind, colour = pool[r.randrange(len(pool))]
        y = r.randint(0, b.shape[0] - h)
        x = r.randint(0, b.shape[1] - w)
        if kind in ('beach', 'sunset', 'grass'):
            y = 0 if kind != 'sunset' else b.shape[0] - h  # keep the horizon in
        im = b[y : y + h, x : x + w].astype(np.float32)
        if r.random() < 0.5:
            im = im[:, ::-1]
        im = im * r.uniform(0.93, 1.05) + np.array([r.uniform(-6, 6) for _ in range(3)], np.float32)
    else:
        im, kind, colour = background(w, h, r, rng)
        im = im.astype(np.float32)
    if n is None:
        n = r.choices([1, 2, 3, 4], [0.28, 0.36, 0.2, 0.16])[0]
    ids, wts = (classes, None) if classes else (IDS, _weights())
    cls = [r.choices(ids, wts)[0]]
    while len(cls) < n:
        cls.append(cls[-1] if r.random() < 0.3 else r.choices(ids, wts)[0])
    top = min(hi, min(w, h) * (0.62 if n < 3 else 0.5))
    objs = []
    for c in cls:
        for _ in range(8):
            rgb, al = _object(c, math.exp(r.uniform(math.log(lo), math.log(max(lo + 1, top)))), r)
            gh, gw = al.shape[:2]
            if gh > h or gw > w:
                continue
            m = al[..., 0] > 0.5
            full = m.sum()
            ok = False
            for _ in range(6):
                x, y = r.randint(0, w - gw), r.randint(0, h - gh)
                ok = all(
                    o[3][y : y + gh, x : x + gw][m].sum() < (0.02 if r.random() < 0.7 else 1) * full
                    and o[3].sum() - o[3][y : y + gh, x : x + gw][m].sum() > 0.45 * o[4]
                    for o in objs
                )
                if ok:
                    break
            if ok:
                break
        else:
            continue
        im[y : y + gh, x : x + gw] = im[y : y + gh, x : x + gw] * (1 - al) + rgb * al
        a = np.zeros((h, w), bool)
        a[y : y + gh, x : x + gw] = m
        for o in objs:
            o[3] &= ~a
        objs.append([c, None, None, a, full])
    if r.random() < 0.5:
        im = im * r.uniform(0.85, 1.12) + r.uniform(-8, 8)
    if r.random() < 0.3:
        im = im + rng.normal(0, r.uniform(1, 7), im.shape).astype(np.float32)
    im = Image.fromarray(np.clip(im, 0, 255).astype(np.uint8))
    u = r.random()
    if u < 0.2:
        im = im.filter(ImageFilter.GaussianBlur(r.uniform(0.3, 1.0)))
    elif u < 0.45:
        f = io.BytesIO()
        im.save(f, 'JPEG', quality=r.randint(45, 92))
        im = Image.open(f).convert('RGB')
    for o in objs:
        ys = np.flatnonzero(o[3].any(1))
        xs = np.flatnonzero(o[3].any(0))
        o[1] = [int(xs[0]), int(ys[0]), int(xs[-1]) + 1, int(ys[-1]) + 1]
        o[2] = int(o[3].sum())
    if not objs:
        return scene(seed + 500_000_000, pool, size, n, lo, hi, classes)
    p = bg_phrase(kind, colour)
    return dict(
        image=np.asarray(im),
        boxes=[o[1] for o in objs],
        labels=[o[0] for o in objs],
        masks=[o[3] for o in objs],
        caption=caption(objs, w, h, p),
        phrase=p,
    )


def rle(m):
    """COCO's uncompressed run lengths: column-major, beginning with the zeros"""
    f = m.flatten(order='F').astype(np.int8)
    e = np.flatnonzero(np.diff(f)) + 1
    c = np.diff(np.concatenate([[0], e, [len(f)]])).tolist()
    return ([0] if f[0] else []) + c


def save_samples(n, out=os.path.join(HERE, 'samples')):
    os.makedirs(out, exist_ok=True)
    for i in range(n):
        s = scene(EVAL_SEED + i)
        h, w = s['image'].shape[:2]
        Image.fromarray(s['image']).save(f'{out}/scene_{i:02d}.png', optimize=True)
        json.dump(
            dict(
                file=f'scene_{i:02d}.png',
                width=w,
                height=h,
                caption=s['caption'],
                background=s['phrase'],
                objects=[
                    dict(
                        category_id=c,
                        name=NAMES[c],
                        box=b,
                        area=int(m.sum()),
                        segmentation=dict(size=[h, w], counts=rle(m)),
                    )
                    for c, b, m in zip(s['labels'], s['boxes'], s['masks'])
                ],
            ),
            open(f'{out}/scene_{i:02d}.json', 'w'),
        )


if __name__ == '__main__':
    what = sys.argv[1] if len(sys.argv) > 1 else 'bench'
    if what == 'samples':
        save_samples(int(sys.argv[2]) if len(sys.argv) > 2 else 30)
    elif what == 'sheet':
        L = [g for c in IDS for g in glyphs()[c]]
        sh = Image.new('RGB', (1400, (len(L) + 13) // 14 * 100), (120, 150, 130))
        for i, g in enumerate(L):
            g = g.copy()
            g.thumbnail((92, 92))
            sh.paste(g, (i % 14 * 100, i // 14 * 100), g)
        sh.save(HERE + '/sheet_glyphs.png')
        sh = Image.new('RGB', (1280, 1280))
        for i in range(16):
            s = scene(EVAL_SEED + i)
            print(i, s['image'].shape, s['caption'])
            im = Image.fromarray(s['image'])
            sh.paste(im, (i % 4 * 320, i // 4 * 320))
        sh.save(HERE + '/sheet_scenes.png')
        print(len(L), 'glyphs', len(IDS), 'classes', len(vocabulary()), 'words')
    else:
        p = backgrounds()
        t = time.process_time()
        N = 200
        L = [scene(i, p) for i in range(N)]
        print('ms per scene', (time.process_time() - t) / N * 1000)
        ln = [len(s['caption'].split()) for s in L]
        print(
            'objects', sum(len(s['labels']) for s in L) / N, 'words', min(ln), sum(ln) / N, max(ln)
        )
