#!/usr/bin/env python3
"""Export the trained models and measure them.

python3 eval.py export    # out/: safetensors fp32+fp16, .pth zip+legacy, config.json, vocab.txt
python3 eval.py maskrcnn  # metrics on 300 held-out scenes, from the exported fp32 and fp16 files
python3 eval.py blip
python3 eval.py export_deeplabv3 deeplabv3
python3 eval.py parity    # parity/: outputs of 5 sample scenes as JSON
python3 eval.py           # all of it
python3 eval.py classes reference.json scenes      # adds "classes", DeepLabV3's map, to each entry, from FOLDER/file
"""

import json, os, struct, sys, time
import numpy as np, torch
from PIL import Image
import make_scenes as ms, train_blip as tb, train_deeplabv3 as td, train_maskrcnn as tm

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = HERE + '/out'
DT = {torch.float32: 'F32', torch.float16: 'F16', torch.int64: 'I64'}
ND = {'F32': np.float32, 'F16': np.float16, 'I64': np.int64}


def save_safetensors(path, sd, meta={'format': 'pt'}):
    """8-byte little-endian header length, JSON header padded with blanks to a multiple of 8, raw little-endian data"""
    head = {'__metadata__': meta}
    at = 0
    data = []
    for k in sorted(sd):
        t = sd[k].detach().contiguous()
        b = t.numpy().tobytes()
        head[k] = dict(dtype=DT[t.dtype], shape=list(t.shape), data_offsets=[at, at + len(b)])
        at += len(b)
        data.append(b)
    h = json.dumps(head, separators=(',', ':')).encode()
    h += b' ' * (-len(h) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(h)))
        f.write(h)
        [f.write(b) for b in data]


def load_safetensors(path):
    with open(path, 'rb') as f:
        (n,) = struct.unpack('<Q', f.read(8))
        h = json.loads(f.read(n))
        d = f.read()
    h.pop('__metadata__', None)
    return {
        k: torch.from_numpy(
            np.frombuffer(d[v['data_offsets'][0] : v['data_offsets'][1]], ND[v['dtype']])
            .reshape(v['shape'])
            .copy()
        )
        for k, v in h.items()
    }


half = lambda sd: {k: v.half() if v.is_floating_point() else v for k, v in sd.items()}
full = lambda sd: {k: v.float() if v.is_floating_point() else v for k, v in sd.items()}


def export():
    os.makedirs(OUT + '/maskrcnn', exist_ok=True)
    os.makedirs(OUT + '/blip', exist_ok=True)
    m = tm.build()
    m.load_state_dict(torch.load(HERE + '/maskrcnn_train.pt'))
    sd = tm.to_official(m.state_dict())
    d = OUT + '/maskrcnn/'
    from collections import OrderedDict

    save_safetensors(d + 'model.safetensors', sd)
    save_safetensors(d + 'model.fp16.safetensors', half(sd))
    torch.save(OrderedDict(sd), d + 'model.pth')
    torch.save(OrderedDict(sd), d + 'model.legacy.pth', _use_new_zipfile_serialization=False)
    torch.save(OrderedDict(half(sd)), d + 'model.fp16.pth')
    c = dict(
        tm.CFG,
        bn_eps=0.0,
        note='FrozenBatchNorm: training eps 1e-5 is folded into running_var, so read with eps 0 (as torchvision does for COCO_V1). Names as in maskrcnn_resnet50_fpn_coco-bf2d0c1e.pth.',
        backbone='Bottleneck (stride in conv2) ResNet',
        categories={str(k): v for k, v in ms.NAMES.items()},
        size_rule='float32',  # torchvision 0.14 takes the resize scale in float32
    )
    json.dump(c, open(d + 'config.json', 'w'), indent=1)
    b = tb.Blip()
    b.load_state_dict(torch.load(HERE + '/blip_train.pt')['model'])
    sd = {k: v.detach().clone() for k, v in b.state_dict().items()}
    d = OUT + '/blip/'
    save_safetensors(d + 'model.safetensors', sd)
    save_safetensors(d + 'model.fp16.safetensors', half(sd))
    json.dump(tb.hf_config(), open(d + 'config.json', 'w'), indent=1)
    open(d + 'vocab.txt', 'w').write('\n'.join(tb.VOCAB) + '\n')
    json.dump(
        dict(
            image_processor_type='BlipImageProcessor',
            do_resize=True,
            size=dict(height=tb.CFG['image_size'], width=tb.CFG['image_size']),
            resample=3,
            do_rescale=True,
            rescale_factor=1 / 255,
            do_normalize=True,
            image_mean=[0.48145466, 0.4578275, 0.40821073],
            image_std=[0.26862954, 0.26130258, 0.27577711],
            do_convert_rgb=True,
        ),
        open(d + 'preprocessor_config.json', 'w'),
        indent=1,
    )
    json.dump(
        dict(
            tokenizer_class='BertTokenizer',
            do_lower_case=True,
            model_max_length=64,
            bos_token='[DEC]',
            additional_special_tokens=['[ENC]'],
            pad_token='[PAD]',
            unk_token='[UNK]',
            cls_token='[CLS]',
            sep_token='[SEP]',
            mask_token='[MASK]',
        ),
        open(d + 'tokenizer_config.json', 'w'),
        indent=1,
    )
    for r, _, fs in os.walk(OUT):
        for f in sorted(fs):
            print(
                f'{os.path.getsize(os.path.join(r, f)):>10}',
                os.path.relpath(os.path.join(r, f), OUT),
            )


def export_deeplabv3():
    from collections import OrderedDict

    d = OUT + '/deeplabv3/'
    os.makedirs(d, exist_ok=True)
    m = td.build()
    m.load_state_dict(torch.load(HERE + '/deeplabv3_train.pt'))  # build first: plain strides
    sd = OrderedDict((k, v.detach().clone()) for k, v in m.state_dict().items())
    save_safetensors(d + 'model.safetensors', sd)
    save_safetensors(d + 'model.fp16.safetensors', half(sd))
    torch.save(sd, d + 'model.pth')
    c = dict(
        td.CFG,
        output_stride=8,
        note='Names as in torchvision deeplabv3_resnet50/101, no aux_classifier; plain BatchNorm, eps 1e-5.',
        preprocessing='RGB; short side to resize_size, long side int(resize_size * long / short); PIL bilinear on 8 bits (antialiased); / 255; mean, std',
        postprocessing='bilinear (align_corners false) from the stride-8 map to the input size; arg-max; nearest to the picture: row y of h is row (2y+1)*H // 2h of H, columns alike',
        categories=td.VOC,
    )
    json.dump(c, open(d + 'config.json', 'w'), indent=1)


def maskrcnn(name='model.safetensors'):
    return tm.load_official(full(load_safetensors(OUT + '/maskrcnn/' + name)))


def blip(name='model.safetensors'):
    m = tb.Blip()
    m.load_state_dict(full(load_safetensors(OUT + '/blip/' + name)))
    return m.eval()


def deeplabv3(name='model.safetensors'):
    m = td.build()
    m.load_state_dict(full(load_safetensors(OUT + '/deeplabv3/' + name)))
    return m.eval()


def results(k, v):
    p = HERE + '/results.json'
    r = json.load(open(p)) if os.path.exists(p) else {}
    r[k] = v
    json.dump(r, open(p, 'w'), indent=1)
    print(k, json.dumps(v)[:1500], flush=True)


def eval_maskrcnn():
    m = maskrcnn()
    z = tm.build()  # the .pth files hold the same
    a, b, s = (
        torch.load(OUT + '/maskrcnn/' + f) for f in ('model.pth', 'model.legacy.pth', 'model.pth')
    )
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert set(a) == set(load_safetensors(OUT + '/maskrcnn/model.safetensors'))
    # eps-0 official form against the training form
    z.load_state_dict(torch.load(HERE + '/maskrcnn_train.pt'))
    z.eval()
    x = torch.rand(3, 256, 300)
    with torch.no_grad():
        fa, fb = z.backbone(x[None]), m.backbone(x[None])
        print(
            'official vs training form, max feature difference',
            max(float((fa[k] - fb[k]).abs().max()) for k in fa),
        )
    t = time.time()
    results('maskrcnn_params', sum(v.numel() for k, v in a.items()))
    results('maskrcnn_fp32', tm.evaluate(m, 300, per_class=True))
    print('ms a scene', (time.time() - t) / 300 * 1000)
    results('maskrcnn_fp16_weights', tm.evaluate(maskrcnn('model.fp16.safetensors'), 300))


def eval_deeplabv3():
    m = deeplabv3()
    a = torch.load(OUT + '/deeplabv3/model.pth')
    assert list(a) == list(m.state_dict()) and all(
        torch.equal(v, m.state_dict()[k]) for k, v in a.items()
    )
    results('deeplabv3_params', sum(p.numel() for p in m.parameters()))
    results('deeplabv3_fp32', td.evaluate(m, 300))
    results('deeplabv3_fp16_weights', td.evaluate(deeplabv3('model.fp16.safetensors'), 300))


def add_classes(path, folder):
    r = json.load(open(path))
    m = deeplabv3()
    for s in r['scenes'] if isinstance(r, dict) else r:
        s['classes'] = td.answer(
            m, np.asarray(Image.open(os.path.join(folder, s['file'])).convert('RGB'))
        )
    json.dump(r, open(path, 'w'))


def eval_blip():
    m = blip()
    results('blip_params', sum(p.numel() for p in m.parameters()))
    e, ex = tb.evaluate(m, 300, keep=300)
    results('blip_fp32', e)
    json.dump(ex, open(HERE + '/blip_captions.json', 'w'), indent=1)
    results('blip_fp16_weights', tb.evaluate(blip('model.fp16.safetensors'), 300)[0])
    # recall by apparent size of the object, and by number of objects in the scene
    by = {}
    bn = {}
    for i, (want, got) in enumerate(ex):
        s = ms.scene(ms.EVAL_SEED + i)
        g = tb.named(got)
        for c, b in zip(s['labels'], s['boxes']):
            z = max(b[2] - b[0], b[3] - b[1]) * 192 / max(s['image'].shape[:2])
            k = '<36' if z < 36 else '36-60' if z < 60 else '60-90' if z < 90 else '>90'
            h = by.setdefault(k, [0, 0])
            h[0] += c in g
            h[1] += 1
            h = bn.setdefault(len(s['labels']), [0, 0])
            h[0] += c in g
            h[1] += 1
    results(
        'blip_recall_by_size_px_of_192',
        {k: [round(a / n, 3), n] for k, (a, n) in sorted(by.items())},
    )
    results(
        'blip_recall_by_objects_in_scene',
        {k: [round(a / n, 3), n] for k, (a, n) in sorted(bn.items())},
    )


@torch.no_grad()
def parity(n=5):
    ms.save_samples(30)
    P = HERE + '/parity'
    os.makedirs(P, exist_ok=True)
    m, b = maskrcnn(), blip()
    for i in range(n):
        im = np.asarray(Image.open(HERE + f'/samples/scene_{i:02d}.png').convert('RGB'))
        x = torch.from_numpy(im.copy()).permute(2, 0, 1).float() / 255
        p = m([x])[0]
        json.dump(
            dict(
                file=f'scene_{i:02d}.png',
                width=im.shape[1],
                height=im.shape[0],
                weights='out/maskrcnn/model.safetensors',
                bn_eps=0.0,
                boxes=[[round(v, 4) for v in q] for q in p['boxes'].tolist()],
                labels=p['labels'].tolist(),
                names=[ms.NAMES.get(l, '?') for l in p['labels'].tolist()],
                scores=[round(v, 6) for v in p['scores'].tolist()],
                mask_areas_over_half=(p['masks'][:, 0] > 0.5).flatten(1).sum(1).tolist(),
                mask_sums=[round(v, 3) for v in p['masks'][:, 0].flatten(1).sum(1).tolist()],
                masks_over_half_rle=[ms.rle(q.numpy()) for q in p['masks'][:, 0] > 0.5],
            ),
            open(P + f'/scene_{i:02d}.maskrcnn.json', 'w'),
        )
        px = tb.pixels(im)[None]
        img = b.vision_model(px)
        ids, first = tb.greedy(b, px)
        r = ids[0].tolist()
        json.dump(
            dict(
                file=f'scene_{i:02d}.png',
                weights='out/blip/model.safetensors',
                start_token=tb.DEC,
                end_token=tb.SEP,
                token_ids=r,
                tokens=[tb.VOCAB[t] for t in r],
                caption=tb.text(r),
                truth=json.load(open(HERE + f'/samples/scene_{i:02d}.json'))['caption'],
                first_step_logits=[round(v, 5) for v in first[0].tolist()],
                image_embeds_token0=[round(v, 5) for v in img[0, 0].tolist()],
                image_embeds_mean=round(float(img.mean()), 6),
                image_embeds_std=round(float(img.std()), 6),
                pixel_values_mean=round(float(px.mean()), 6),
                pixel_values_corner=[round(v, 5) for v in px[0, :, :2, :2].flatten().tolist()],
            ),
            open(P + f'/scene_{i:02d}.blip.json', 'w'),
        )
        print(
            i,
            tb.text(r),
            '| truth:',
            json.load(open(HERE + f'/samples/scene_{i:02d}.json'))['caption'],
            '|',
            [
                (ms.NAMES.get(l, '?'), round(s, 2))
                for l, s in zip(p['labels'].tolist(), p['scores'].tolist())
                if s > 0.3
            ],
        )


if __name__ == '__main__':
    torch.set_num_threads(1)
    what = sys.argv[1:] or ['export', 'export_deeplabv3', 'maskrcnn', 'blip', 'deeplabv3', 'parity']
    if what[0] == 'classes':
        add_classes(*what[1:])
        what = []
    for w in what:
        dict(
            export=export,
            export_deeplabv3=export_deeplabv3,
            maskrcnn=eval_maskrcnn,
            blip=eval_blip,
            deeplabv3=eval_deeplabv3,
            parity=parity,
        )[w]()
