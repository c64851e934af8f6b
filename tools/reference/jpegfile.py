"""JPEG files of kinds that Pillow does not write, from coefficients.

jpegs() gives names and bytes; pixels.py writes them into picture/testdata.
Written after ITU-T T.81 (sections in brackets).
"""

import struct

import numpy as np

# Symbols and how many there are of each length [B.2.4.2]. The long codes make
# decoders leave their look-up tables.
DC = ({4: list(range(12))}, "dc")
SHORT = [0x00, 0x01, 0x02, 0x03, 0x11, 0x12, 0x21, 0xF0]
AC = ({5: SHORT, 12: [s for s in range(256) if s not in SHORT]}, "ac")


def codes(table):
    """Symbol → its code's bits, as text [C.2]."""
    out, code, last = {}, 0, 0
    for length, symbols in sorted(table[0].items()):
        code <<= length - last
        last = length
        for s in symbols:
            out[s] = format(code, f"0{length}b")
            code += 1
    return out


def segment(marker, payload):
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def huffman(number, table):
    counts = bytes(len(table[0].get(n, [])) for n in range(1, 17))
    symbols = bytes(s for n in sorted(table[0]) for s in table[0][n])
    return segment(0xC4, bytes([(table[1] == "ac") << 4 | number]) + counts + symbols)


def value(v):
    """SSSS and the bits that follow the code [F.1.2.1]."""
    size = int(abs(v)).bit_length()
    return size, format(v if v > 0 else v + (1 << size) - 1, f"0{size}b") if size else ""


def stuffed(bits):
    bits += "1" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")


class File:
    """One picture: random coefficients for these sampling factors."""

    def __init__(self, size, factors, seed=1, ids=None, quant=None, wide=False, progressive=False, fill=b""):
        self.size, self.factors, self.progressive, self.fill, self.wide = size, factors, progressive, fill, wide
        self.ids = ids or list(range(1, len(factors) + 1))
        self.maximum = [max(f[i] for f in factors) for i in (0, 1)]
        self.mcus = [-(-size[i] // (8 * self.maximum[i])) for i in (0, 1)]
        self.quant = quant or [np.arange(3, 67), np.arange(5, 69)]
        rng = np.random.RandomState(seed)
        self.blocks = []
        for h, v in factors:
            b = np.zeros((self.mcus[1] * v, self.mcus[0] * h, 64), int)
            b[:, :, 0] = rng.randint(-250, 250, b.shape[:2])
            for k in range(1, 64):
                some = rng.rand(*b.shape[:2]) < 0.5 / k ** 0.6
                b[:, :, k] = some * rng.randint(-60 // k - 1, 60 // k + 2, b.shape[:2])
            self.blocks.append(b)

    def order(self, parts):
        """The MCUs of a scan, each a list of (component, its block) [A.2]."""
        if len(parts) == 1:
            (c,), (h, v) = parts, self.factors[parts[0]]
            across = -(-(-(-self.size[0] * h // self.maximum[0])) // 8)
            down = -(-(-(-self.size[1] * v // self.maximum[1])) // 8)
            return [[(c, self.blocks[c][y, x])] for y in range(down) for x in range(across)]
        return [[(c, self.blocks[c][my * self.factors[c][1] + y, mx * self.factors[c][0] + x])
                 for c in parts for y in range(self.factors[c][1]) for x in range(self.factors[c][0])]
                for my in range(self.mcus[1]) for mx in range(self.mcus[0])]

    def number(self, c):
        """The tables' number of a component."""
        return (c > 0) + 2 * self.wide

    def tables(self):
        out = b""
        for i, q in enumerate(self.quant):
            i += 2 * self.wide
            out += self.fill + segment(0xDB, bytes([self.wide << 4 | i]) + b"".join(struct.pack(">H" if self.wide else "B", int(v)) for v in q))
            out += huffman(i, DC) + huffman(i, AC)
        return out

    def frame(self):
        kind = 0xC2 if self.progressive else 0xC1 if self.wide else 0xC0
        parts = b"".join(bytes([i, h << 4 | v, self.number(c)]) for c, (i, (h, v)) in enumerate(zip(self.ids, self.factors)))
        return self.fill + segment(kind, struct.pack(">BHHB", 8, self.size[1], self.size[0], len(self.factors)) + parts)

    def scan(self, parts, interval=0, band=(0, 63), high=0, low=0):
        """A scan; interval MCUs between restart markers."""
        head = bytes([len(parts)]) + b"".join(bytes([self.ids[c], self.number(c) * 0x11]) for c in parts)
        head += bytes([*band, high << 4 | low]) if self.progressive else bytes([0, 63, 0])
        out = self.fill + segment(0xDD, struct.pack(">H", interval)) + self.fill + segment(0xDA, head)
        mcus = self.order(parts)
        step = interval or len(mcus)
        for n, at in enumerate(range(0, len(mcus), step)):
            if n:
                out += self.fill + bytes([0xFF, 0xD0 + (n - 1) % 8])
            out += stuffed(self.coded(mcus[at:at + step], band, high, low))
        return out

    def coded(self, mcus, band, high, low):
        """The bits between two restarts [F.1.2, G.1.2; refinement of DC only]."""
        dc, ac, bits, before, zeros = codes(DC), codes(AC), [], {}, 0

        def flush():
            if zeros:
                n = zeros.bit_length() - 1
                bits.append(ac[n << 4] + format(zeros, "b")[1:])

        for c, b in (pair for mcu in mcus for pair in mcu):
            if high:
                bits.append(str(int(b[0]) >> low & 1))
                continue
            if band[0] == 0:
                v = int(b[0]) >> low
                size, more = value(v - before.get(c, 0))
                before[c] = v
                bits.append(dc[size] + more)
            run = 0
            for k in range(max(band[0], 1), band[1] + 1):
                if not b[k]:
                    run += 1
                    continue
                flush()
                zeros = 0
                bits.append(ac[0xF0] * (run // 16))
                size, more = value(int(b[k]))
                bits.append(ac[run % 16 << 4 | size] + more)
                run = 0
            if run and self.progressive:
                zeros += 1
            elif run:
                bits.append(ac[0])
        flush()
        return "".join(bits)

    def whole(self, *scans, head=b""):
        return b"\xff\xd8" + head + self.tables() + self.frame() + b"".join(scans) + self.fill + b"\xff\xd9"


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


def jpegs():
    all3, half = [0, 1, 2], [(2, 2), (1, 1), (1, 1)]
    f = File((45, 35), half)
    yield "restart.jpg", f.whole(f.scan(all3, 2))
    yield "separate.jpg", f.whole(*(f.scan([c]) for c in all3))
    yield "separate_restart.jpg", f.whole(*(f.scan([c], c + 3) for c in all3))
    yield "separate_luma.jpg", f.whole(f.scan([0]), f.scan([2, 1]))
    yield "jfif_and_adobe.jpg", f.whole(f.scan(all3), head=JFIF + adobe(0))
    requantised = segment(0xDB, b"\1" + bytes(range(20, 84)))
    yield "requantised.jpg", f.whole(f.scan([0]), f.scan([1]), requantised, f.scan([2]))
    f = File((45, 35), half, fill=b"\xff\xff\xff")
    yield "fill.jpg", f.whole(f.scan(all3, 1))
    coarse = np.arange(3, 67) + 256 * (np.arange(64) > 7)
    f = File((45, 35), [(2, 1), (1, 1), (1, 1)], quant=[coarse, coarse + 9], wide=True)
    for b in f.blocks:
        b[:, :, 8:] = np.sign(b[:, :, 8:])  # a picture's coefficients, dequantised, are within ±1024
    yield "words.jpg", f.whole(f.scan(all3, 3))
    f = File((45, 35), half, progressive=True)
    bands = [f.scan([c], 4, band) for c in all3 for band in ((1, 5), (6, 63))]
    yield "progressive_restart.jpg", f.whole(f.scan(all3, 2, (0, 0), 0, 1), f.scan(all3, 3, (0, 0), 1, 0), *bands)
    for name, size, factors in (
            ("3x1", (50, 20), [(3, 1), (1, 1), (1, 1)]), ("1x4", (20, 50), [(1, 4), (1, 1), (1, 1)]),
            ("1x3", (20, 50), [(1, 3), (1, 3), (1, 1)]), ("4x1_2x1", (70, 20), [(4, 1), (2, 1), (2, 1)]),
            ("mixed", (45, 35), [(2, 2), (2, 1), (1, 2)]), ("luma", (45, 35), [(1, 1), (2, 2), (1, 2)]),
            ("2x2_2x2", (45, 35), [(2, 2), (2, 2), (2, 2)])):
        f = File(size, factors)
        many = sum(h * v for h, v in factors) > 10
        yield f"factors_{name}.jpg", f.whole(*([f.scan([c]) for c in all3] if many else [f.scan(all3)]))
    f = File((45, 35), [(3, 3), (1, 1), (1, 3)])
    yield "factors_3x3.jpg", f.whole(*(f.scan([c]) for c in (1, 0, 2)))
    f = File((45, 35), [(2, 2)])
    yield "factors_gray.jpg", f.whole(f.scan([0], 5))
    f = File((45, 35), [(2, 2), (1, 1), (2, 1), (1, 2)])
    yield "factors_cmyk.jpg", f.whole(f.scan([0, 1, 2, 3]), head=adobe(0))
    yield "factors_ycck.jpg", f.whole(f.scan([0, 1, 2, 3]), head=adobe(2))
    f = File((45, 35), [(1, 1), (2, 2), (1, 1)], ids=[82, 71, 66])
    yield "rgb_ids.jpg", f.whole(f.scan(all3))
