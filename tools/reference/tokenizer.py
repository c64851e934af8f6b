"""Token ids and decoded text by transformers' BertTokenizer (the slow one).

Run from the repository's root, with BERT's uncased vocabulary (sha256
07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3):
    python tools/reference/tokenizer.py [VOCAB]     writes inference/tokenizer/testdata/bert.json.gz
VOCAB is ../shared/bert/vocab.txt by default. Only the tokens that the texts need
are stored: greedy longest match over them gives the same tokens, since every
token that it takes from the whole vocabulary is among them.
"""
import gzip
import json
import os
import random
import sys
import unicodedata

from transformers import BertTokenizer

TARGET = "inference/tokenizer/testdata/bert.json.gz"

TEXTS = r"""
a picture of
a picture of 
A Picture Of A DOG!
a photography of
two dogs, one cat; three birds: "what?" (none)
don't won't it's we've they're I'm shouldn't o'clock
state-of-the-art e-mail x_y a/b c\\d #tag @name 50% $5 £6 €7 ^ ` ~ | < > = +
1,234.56 3.14159 2024-02-29 12:34:56 №5 ½ ¼ x² H₂O 10⁻³
unaffable antidisestablishmentarianism supercalifragilisticexpialidocious
café naïve résumé Ångström Über Straße façade jalapeño São Paulo
cafe\u0301 nai\u0308ve A\u030angstro\u0308m
İstanbul straße İstanbul ISTANBUL ıstanbul DİYARBAKIR
Łódź Kraków Gdańsk żółć źdźbło
Příliš žluťoučký kůň úpěl ďábelské ódy
Árvíztűrő tükörfúrógép
Fête, Noël, œuvre, cœur, Æsir, Ørsted, þorn, ð
¿Dónde está? ¡Aquí! «guillemets» „deutsch“ ‚einfach‘ “double” ‘single’ … – — ‐ ‑
ÀÈÌÒÙ àèìòù ÂÊÎÔÛ âêîôû ÄËÏÖÜ äëïöü ÃÑÕ ãñõ ÇçŞşĞğ
ὈΔΥΣΣΕΎΣ Ὀδυσσεύς ΟΔΟΣ ΣΑΣ ς σ Σ
Ελλάδα Αθήνα καλημέρα κόσμε ΐ ΰ ώ
Москва Санкт-Петербург Ёлка йогурт Й Ё щука
Україна Київ їжак ґанок єнот І
Българија Србија Ђорђе Њујорк џеп ћуран
Ӂ Қазақстан Ўзбекистон Тоҷикистон
Հայաստան Երևան և
საქართველო თბილისი ᲗᲑᲘᲚᲘᲡᲘ
שלום עולם שָׁלוֹם בְּרֵאשִׁית ״מרכאות״ ־
مرحبا بالعالم السَّلَامُ عَلَيْكُمْ ؟ ، ؛ ٠١٢٣ ﷺ ﻼ
سلام دنیا می‌خواهم گربه
اردو پاکستان ہے ۔
नमस्ते दुनिया क्षत्रिय हिन्दी ।॥ १२३
বাংলা বাংলাদেশ ঢাকা কো
தமிழ் இந்தியா கொ
తెలుగు ಕನ್ನಡ മലയാളം ગુજરાતી ਪੰਜਾਬੀ ଓଡ଼ିଆ සිංහල
ภาษาไทย กรุงเทพมหานคร ก็ น้ำ ๑๒๓
ພາສາລາວ ភាសាខ្មែរ မြန်မာ བོད་ཡིག
አማርኛ ኢትዮጵያ ፡ ።
日本語 東京 ひらがな カタカナ ｶﾀｶﾅ が か\u3099 プ ー 々 〇 〆
中文 北京 漢字 简体 繁體 一只猫 两只狗。，！？「」『』【】
㐀 㐂 䶵 㒨 㔾 㖞
\U00020000 \U0002a6d6 \U0002a700 \U0002b740 \U0002b820 \U0002ceaf \U0002ceb0 \U00030000 \U0002f800 \U0002f801
豈 更 車 樂 \uf900 \ufa0e \ufaff
한국어 서울 각 가\u11a8 ㄱㄴㄷ ᄀ 값
Tiếng Việt Hà Nội Đà Nẵng ượ ệ ở Ữ
ʻŌlelo Hawaiʻi ā ē ī ō ū
Māori Te Reo kōrero
Türkçe ğüşöç ĞÜŞÖÇ
Íslenska þjóð Föroyar Sámi čáhci ŋ
Gaeilge ḃ ċ ḋ ḟ ġ ṁ ṗ ṡ ṫ ẛ
Esperanto ĉ ĝ ĥ ĵ ŝ ŭ
Latviešu ķ ļ ņ ģ ž Lietuvių ą ę ė į ų
Hrvatski đ Đ ž š č ć ǆ ǅ Ǆ ǉ ǈ Ǉ
ﬁ ﬂ ﬀ ﬃ ﬅ ﬗ
Ｆｕｌｌｗｉｄｔｈ ＡＢＣ １２３ ！？
𝐁𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉 𝔉𝔯𝔞𝔨 𝟘𝟙𝟚 ⓐⓑ ①② Ⅷ ⅷ ㎏ ℃ ™ ℠ Å K Ω ℵ
🐶 dog 🐱cat 🐶🐱 dog🐶cat
👩‍👩‍👧‍👦 👍🏽 🇩🇪 🏳️‍🌈 ❤️ ☺️ ✈ ♥ ★ ♪ ☃
🫠 🥹 🦊 🧑🏿‍🚀 #️⃣ 1️⃣
→ ← ↔ ∀ ∃ ∈ ∑ √ ∞ ≠ ≤ ≥ ± × ÷ ° µ § ¶ † ‡ • · ¤ ¦ ¨ ¯ ´ ¸
┌─┐ │ █ ▓ ░ ◆ ○ ● ⠿ ⌘ ⌥
nbsp\u00a0here thin\u2009space em\u2003space ideographic\u3000space narrow\u202fnbsp ogham\u1680space
line\u2028sep para\u2029sep next\u0085line vt\u000bff\u000cend
tab\there new\nline cr\rhere crlf\r\nend
zero\u200bwidth\u200cnon\u200djoin\u2060word\ufeffbom soft\u00adhyphen
ltr\u200ertl\u200f \u202aembed\u202c \u2066iso\u2069 \u061calm mongolian\u180evowel
nul\u0000bell\u0007esc\u001b[31mred del\u007f c1\u0080\u009f us\u001fsep\u001c
repl\ufffdacement private\ue000use \ufffe \uffff \U000f0000 \U0010ffff \U000e0041tag
unassigned\u0378here \u0e00 \u0380 \U0001fffe \U000e0080
a\u0301\u0302\u0303 \u0301alone \u0301 e\u0336 x\u20dd y\u20e3
\u0345 \u1e9e \u00df \u0149 \u01f0 \u0390 \u1fb3 \u1fbc \u1fe4 \u2126 \u212b \u212a
\u037e \u0387 \u1fef \u2000 \u2001 \u2329 \u232a \u1ffd
"""

MORE = [
    "", " ", "\t\n", "!", "!!!", "...", "'", "''", "a", "I", "-", "--", "a-", "-a", "a.b.c", "x" * 100, "x" * 101, "ab " * 40,
    "e" * 99 + "\u0301", "é" * 100, "é" * 101, "1" * 150, "字" * 120, "a" * 50 + "!" + "a" * 60, "the" * 33, "the" * 34,
    "[ SEP ]", "[sep]", "##ing", "## ing", "[]", "<s>", "</s>", "{x}", "a  b   c", "  lead", "trail  ", "MiXeD CaSe", "ALLCAPS", "iPhone X",
    "a woman sitting on the beach with her dog", "two cats sleeping on a couch", "a large statue of a person spraying water from a fountain",
    "several cyclists are riding down a road with cars behind them", "arafed dog with a ball", "a black and white photo of a man riding a wave on top of a surfboard",
    "A man's best friend — his dog's toy isn't here.", "e.g. i.e. etc., vs. Mr. O'Neil & Sons (Ltd.)", "C++ C# F# .NET node.js", "https://example.org/a?b=c&d=e#f",
    "user@example.org", "~/.cache/x", "C:\\Users\\x", "10:30am", "5'11\"", "$1,000.00", "100km/h", "-40°C", "50–60", "3×4", "a=b+c", "x<y>z", "f(x)=x^2", "`code`", "**bold**", "_it_",
    "Zürich", "ZÜRICH", "Zu\u0308rich", "ZU\u0308RICH", "\u01c5ep", "\u1e9eTRASSE", "\u0130", "\u0131", "i\u0307", "I\u0307", "\u03a3", "\u03a3\u0301", "\u1fd3",
    "\u0958", "\u095c\u093c", "\u0f73", "\u0f77", "\u1100\u1161\u11a8", "\uac01", "\u3131", "\u304c", "\u304b\u3099", "\uff76\uff9e", "\ufb1d", "\ufb2c", "\ufefb", "\u2adc",
    "\u1f88", "\u1f80", "\u0344", "\u1e69", "s\u0307\u0323", "s\u0323\u0307", "\u212b", "\ufb03", "\u2460", "\u3300", "\u33a5", "\u2f00", "\u2ff0", "\u3005", "\u3007", "\u3021", "\u31c0", "\u9fff", "\u4db5", "\u4dbf", "\u4dc0", "\u33ff",
]

DECODED = [
    "don ' t", "it ' s a dog ' s life", "hello , world !", "what ? no .", "we ' ve , they ' re , i ' m", "a n't b", "x 's y 've z 're w 'm",
    "! . , ?", "' '", "play ##ing", "##ing play", "un ##aff ##able", "[CLS] a [SEP] b [PAD] [PAD]", "[UNK] dog", "dog [UNK]", "a - b", "1 , 000 . 00", "\" a \"", "( a )", "[MASK] a", "",
]


def steady(r):
    """Code points whose properties are the same in Unicode 14 and 15."""
    c = chr(r)
    return unicodedata.category(c) not in ("Cn", "Cs")


def randoms(rng):
    blocks = [(0x20, 0x7f), (0xa0, 0x17f), (0x180, 0x24f), (0x300, 0x36f), (0x370, 0x52f), (0x590, 0x6ff), (0x900, 0xdff), (0x1e00, 0x1fff),
              (0x2000, 0x206f), (0x2070, 0x23ff), (0x3000, 0x30ff), (0x3400, 0x3500), (0x4e00, 0x4f00), (0xac00, 0xad00), (0xf900, 0xfaff),
              (0xfb00, 0xfdff), (0xff00, 0xffef), (0x1d400, 0x1d7ff), (0x1f300, 0x1f64f), (0x20000, 0x20050), (0x2f800, 0x2fa1d)]
    for _ in range(300):
        picked = rng.sample(blocks, rng.randint(1, 3)) + [(0x20, 0x7f)]
        text = ""
        while len(text) < rng.randint(3, 30):
            low, high = rng.choice(picked)
            r = rng.randint(low, high)
            if steady(r):
                text += chr(r)
        yield text


def main():
    vocab = sys.argv[1] if len(sys.argv) > 1 else "../shared/bert/vocab.txt"
    if not os.path.exists(vocab):
        print(f"{vocab} is absent: {TARGET} is left as it is", file=sys.stderr)
        return
    tokenizer = BertTokenizer(vocab)
    # Escapes are read here and not by Python, so that each line stays one text.
    texts = [t.encode("latin-1", "backslashreplace").decode("unicode_escape") for t in TEXTS.strip("\n").split("\n")] + MORE
    texts += list(randoms(random.Random(20240301)))
    encoded = [{"text": t, "ids": tokenizer.encode(t, add_special_tokens=False)} for t in texts]
    decoded = []
    rng = random.Random(7)
    pieces = [t for t in tokenizer.vocab if t.isascii() and len(t) < 4]
    lists = [d.split() for d in DECODED]
    lists += [[rng.choice(rng.choice([pieces, [".", ",", "'", "!", "?", "s", "t", "m", "ve", "re", "n"]])) for _ in range(rng.randint(1, 12))] for _ in range(80)]
    for tokens in lists:
        ids = [tokenizer._convert_token_to_id(t) for t in tokens]
        decoded.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)})
    used = sorted({i for c in encoded + decoded for i in c["ids"]} | set(tokenizer.all_special_ids))
    names = {i: t for t, i in tokenizer.vocab.items()}
    out = {"vocabulary": [[i, names[i]] for i in used], "encode": encoded, "decode": decoded}
    with open(TARGET, "wb") as f:
        f.write(gzip.compress(json.dumps(out, separators=(",", ":")).encode(), mtime=0))
    print(f"{len(encoded)} texts, {len(decoded)} decoded, {len(used)} tokens", file=sys.stderr)


if __name__ == "__main__":
    main()
