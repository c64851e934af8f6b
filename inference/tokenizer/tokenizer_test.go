package tokenizer

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"descry/internal/failure"
)

// bert holds transformers' results, from tools/reference/tokenizer.py.
type bert struct {
	Vocabulary [][2]any // ID and token: those that the texts need
	Encode     []struct {
		Text string
		IDs  []int
	}
	Decode []struct {
		IDs  []int
		Text string
	}
}

func references(t testing.TB) bert {
	t.Helper()
	f, err := os.Open("testdata/bert.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var b bert
	if err := json.NewDecoder(z).Decode(&b); err != nil {
		t.Fatal(err)
	}
	if len(b.Encode) < 400 || len(b.Decode) < 80 {
		t.Fatalf("only %d texts and %d lists of ids", len(b.Encode), len(b.Decode))
	}
	return b
}

// partial is a tokenizer of the stored part of BERT's vocabulary, with its tokens' IDs
// in the full one.
type partial struct {
	*Tokenizer
	whole []int       // own id → BERT's
	own   map[int]int // and back
}

func stored(t testing.TB, b bert) partial {
	t.Helper()
	p := partial{own: map[int]int{}}
	var lines strings.Builder
	for own, entry := range b.Vocabulary {
		id := int(entry[0].(float64))
		p.whole, p.own[id] = append(p.whole, id), own
		lines.WriteString(entry[1].(string) + "\n")
	}
	var err error
	if p.Tokenizer, err = Read(strings.NewReader(lines.String()), "stored"); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEncodeMatchesTransformers(t *testing.T) {
	b := references(t)
	p := stored(t, b)
	for _, c := range b.Encode {
		ids, err := p.Encode(c.Text)
		if err != nil {
			t.Errorf("%q: %v", c.Text, err)
			continue
		}
		for i := range ids {
			ids[i] = p.whole[ids[i]]
		}
		if !slices.Equal(ids, c.IDs) {
			t.Errorf("%q (words %q):\n got %v\nwant %v", c.Text, splitWords(c.Text), ids, c.IDs)
		}
	}
}

func TestDecodeMatchesTransformers(t *testing.T) {
	b := references(t)
	p := stored(t, b)
	for _, c := range b.Decode {
		ids := make([]int, len(c.IDs))
		for i, id := range c.IDs {
			ids[i] = p.own[id]
		}
		if got := p.Decode(ids); got != c.Text {
			t.Errorf("%v: %q, want %q", c.IDs, got, c.Text)
		}
	}
}

func TestTheFullVocabularyMatchesToo(t *testing.T) {
	shared := os.Getenv("DESCRY_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(shared, "bert", "vocab.txt")
	if _, err := os.Stat(path); err != nil {
		t.Skip("BERT's whole vocabulary is not here")
	}
	whole, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if whole.Size() != 30522 {
		t.Errorf("%d tokens, want 30522", whole.Size())
	}
	b := references(t)
	for _, c := range b.Encode {
		if ids, err := whole.Encode(c.Text); err != nil || !slices.Equal(ids, c.IDs) {
			t.Errorf("%q: %v, %v, want %v", c.Text, ids, err, c.IDs)
		}
	}
	for _, c := range b.Decode {
		if got := whole.Decode(c.IDs); got != c.Text {
			t.Errorf("%v: %q, want %q", c.IDs, got, c.Text)
		}
	}
}

const small = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n[\n]\nsep\na\ndog\n##s\n'\nt\n"

func TestSpecialTokensThatAPersonTypesAreText(t *testing.T) {
	v, err := Read(strings.NewReader(small), "small")
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := v.Encode("a [SEP] dogs"); err != nil || !slices.Equal(ids, []int{8, 5, 7, 6, 9, 10}) {
		t.Errorf("%v, %v", ids, err)
	}
}

func TestInvalidUTF8IsRefused(t *testing.T) {
	v, err := Read(strings.NewReader(small), "small")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"\xff", "a\xc3", "\xed\xa0\x80", "a dog \xf4\x90\x80\x80"} {
		ids, err := v.Encode(text)
		if f := failure.Of(err, failure.Model); f == nil || f.Kind != failure.Usage || ids != nil {
			t.Errorf("%q: %v, %v; want a usage failure", text, ids, err)
		}
	}
}

func TestIDsOutsideTheVocabularyAreLeftOut(t *testing.T) {
	v, err := Read(strings.NewReader(small), "small")
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Decode([]int{-1, 8, 3, 9, 10, 13, 30522, 1 << 40}); got != "a dogs" {
		t.Errorf("%q", got)
	}
}

func TestDamagedVocabulariesAreRefusedByName(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "empty line": "[UNK]\n\na\n", "no unknown": "a\nb\n", "twice": "[UNK]\na\na\n", "no UTF-8": "[UNK]\n\xff\n",
		"endless": "[UNK]\n" + strings.Repeat("a", mostVocabularyBytes),
	} {
		_, err := Read(strings.NewReader(text), "the file")
		if f := failure.Of(err, failure.Usage); f == nil || f.Kind != failure.Model || f.Subject != "the file" || f.Hint.IsZero() {
			t.Errorf("%s: %v, want a model failure that names the file", name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent.txt")); err == nil || !strings.Contains(err.Error(), "absent.txt") {
		t.Errorf("absent: %v", err)
	}
}

func TestWindowsLineEndsMakeTheSameVocabulary(t *testing.T) {
	v, err := Read(strings.NewReader(strings.ReplaceAll(small, "\n", "\r\n")), "small")
	if err != nil || v.Token(9) != "dog" || v.Size() != 13 {
		t.Errorf("%v, %v", v, err)
	}
}

// A change of Go's Unicode tables must be noticed: splitting into words depends on
// them.
func TestUnassignedCharactersAreNotText(t *testing.T) {
	if got := splitWords("a\u0378b \U0010ffffc"); !slices.Equal(got, []string{"ab", "c"}) {
		t.Errorf("%q with Unicode %s", got, unicode.Version)
	}
}

func FuzzEncode(f *testing.F) {
	b := references(f)
	p := stored(f, b)
	for _, c := range b.Encode[:120] {
		f.Add(c.Text)
	}
	f.Add("straße İstanbul")
	f.Add("a\xff\xc3")
	f.Fuzz(func(t *testing.T, text string) {
		ids, err := p.Encode(text)
		if (err != nil) == (failure.Of(err, failure.Model) == nil) {
			t.Fatal("an error that is not a *failure.Failure")
		}
		for _, id := range ids {
			if id < 0 || id >= p.Size() {
				t.Fatalf("id %d of %d", id, p.Size())
			}
		}
		again, _ := p.Encode(text)
		if !slices.Equal(ids, again) {
			t.Fatalf("%v, then %v", ids, again)
		}
		// Every word is normalised, so sugarme/tokenizer does not panic.
		for _, word := range splitWords(text) {
			if word == "" || strings.ContainsFunc(word, isSpace) {
				t.Fatalf("word %q", word)
			}
		}
		p.Decode(ids)
	})
}

func FuzzVocabulary(f *testing.F) {
	f.Add([]byte(small), "a dog's")
	f.Add([]byte("[UNK]\n##\n#\n###a\n"), "#a ##")
	f.Fuzz(func(t *testing.T, vocabulary []byte, text string) {
		v, err := Read(strings.NewReader(string(vocabulary)), "fuzz")
		if err != nil {
			return
		}
		ids, err := v.Encode(text)
		for _, id := range ids {
			if v.Token(id) == "" {
				t.Fatalf("id %d has no token", id)
			}
		}
		if err == nil {
			v.Decode(ids)
		}
	})
}
