package catalogue

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/internal/failure"
)

// The table is checked for consistency: values that occur twice must agree.
func TestTheOfficialTableAgreesWithItself(t *testing.T) {
	c := Official()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Models {
		if len(m.LicenceText) < 500 || !strings.Contains(m.LicenceText, "WARRANT") {
			t.Errorf("%s: licence text of %d bytes", m.Name, len(m.LicenceText))
		}
		if m.Title == "" || m.About == "" || m.Source() == "" || m.Bytes() == 0 {
			t.Errorf("%s: title %q, %d bytes", m.Name, m.Title, m.Bytes())
		}
		if m.For != ForRuntime && (m.Memory < m.Bytes() || m.GMAC == 0) {
			t.Errorf("%s: memory %d for %d bytes, %g GMAC", m.Name, m.Memory, m.Bytes(), m.GMAC)
		}
		for _, f := range m.Files {
			if !strings.HasPrefix(f.URL, "https://") || !strings.HasSuffix(f.URL, "/"+f.Name) {
				t.Errorf("%s: %s is at %s", m.Name, f.Name, f.URL)
			}
			if f.SHA256 != "" && !strings.HasPrefix(f.SHA256, f.Starts) {
				t.Errorf("%s: %s: the sum %s does not start with %s", m.Name, f.Name, f.SHA256, f.Starts)
			}
			if strings.Contains(f.URL, "/resolve/") && m.Revision != sumStart(m) && !strings.Contains(f.URL, "/resolve/"+m.Revision+"/") {
				t.Errorf("%s: revision %s, address %s", m.Name, m.Revision, f.URL)
			}
			if f.Bytes == 0 && f.About == 0 {
				t.Errorf("%s: %s has no size", m.Name, f.Name)
			}
		}
		if m.For == ForCaption && (m.Search == nil || m.Search.MaxTokens != 16 || m.Search.MinTokens != 1) {
			t.Errorf("%s: search %+v", m.Name, m.Search)
		}
	}
	for _, s := range c.Sets {
		if len(s.Names()) != 3 {
			t.Errorf("%s has %v", s.Name, s.Names())
		}
	}
}

func sumStart(m Model) string {
	if s := m.Weights().SHA256; s != "" {
		return s[:8]
	}
	return m.Weights().Starts
}

// The pinned values stand here a second time, typed from their records.
func TestPinnedValuesAreThoseOfTheRecords(t *testing.T) {
	c := Official()
	for _, want := range []struct {
		model string
		bytes int64
		sum   string
	}{
		{"blip-base", 989820849, "d6638651a5526cc2ede56f2b5104d6851b0755816d220e5e046870430180c767"},
		{"maskrcnn-v1", 178090079, "bf2d0c1efbc936eeee2bc95a48e80ebc86b891f61b0106485937fc29f9315fc0"},
		{"maskrcnn-v2", 185828065, "73cbd0190fcbe3ba339921fbce2c3a0b6bb9126c9a133c85e43a2a8e060a109e"},
		{"deeplabv3-resnet101", 244545539, "586e9e4e203fcbf17e1ad45533d8d33ab133fc762bf03101c5dd743995c08c0d"},
		{"maskrcnn-12-int8", 45769352, "4409935e855719fd6cd986f7ec2a3de840d0bd9c9cf7a0cba84ce95377f5b476"},
		{"maskrcnn-12", 177970010, "5bf940c124d9117f6fae350c4e0d46df180cbb01981832b35fdbed148078b946"},
		{"onnxruntime-cuda", 0, "c5f804ff5d239b436fa59e9f2fb288a39f7eb9552f6a636c8b71e792e91a8808"},
	} {
		m, ok := c.Model(want.model)
		if w := m.Weights(); !ok || w.Bytes != want.bytes || w.SHA256 != want.sum {
			t.Errorf("%s: %+v", want.model, w)
		}
	}
	if m, _ := c.Model("blip-large"); m.Pinned() || m.Revision != Main {
		t.Errorf("blip-large: %+v", m)
	}
	if names, _ := c.Expand([]string{"full", "maskrcnn-v1", "fast"}); !slices.Equal(names,
		[]string{"blip-base", "maskrcnn-v2", "deeplabv3-resnet101", "maskrcnn-v1", "deeplabv3-mobilenetv3"}) {
		t.Errorf("full, maskrcnn-v1 and fast are %v", names)
	}
	if _, unknown := c.Expand([]string{"fast", "nothing"}); unknown != "nothing" {
		t.Errorf("unknown %q", unknown)
	}
}

const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

const good = `{"format": 1, "models": [{
  "name": "mine", "for": "caption", "architecture": "blip", "licence": "MIT",
  "files": [{"name": "a/model.safetensors", "url": "https://example.org/a/model.safetensors", "role": "weights", "bytes": 12, "sha256": "` + sum + `"},
            {"name": "vocab.txt", "url": "https://example.org/vocab.txt", "role": "vocabulary"}]}],
  "sets": [{"name": "ours", "models": {"caption": ["mine"], "classes": ["lraspp-mobilenetv3"]}}]}`

func TestACatalogueFileAddsEntries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalogue.json")
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	mine, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Official().Add(mine)
	if err != nil {
		t.Fatal(err)
	}
	m, ok := c.Model("mine")
	if !ok || m.Revision != "01234567" || m.Title != "mine" || m.Bytes() != 12 || m.Pinned() {
		t.Errorf("%+v", m)
	}
	if names, _ := c.Expand([]string{"ours"}); !slices.Equal(names, []string{"mine", "lraspp-mobilenetv3"}) {
		t.Errorf("ours is %v", names)
	}
	// The official table can be written and read back: no value is rejected.
	text, err := json.Marshal(catalogueFile{1, Official()})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Parse(text); err != nil || len(again.Models) != len(Official().Models) {
		t.Errorf("the official table read back: %v", err)
	}
}

func TestWhatIsWrongInACatalogueIsSaidWithItsPlace(t *testing.T) {
	replace := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in the example", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct{ text, want string }{
		{"", "line 1: the end is missing"},
		{good[:len(good)/2], "line 3: the end is missing"},
		{"[]", "the file is a JSON array instead of an object"},
		{"{}", "format is 0"},
		{`{"format": 1}`, "the file names no models"},
		{good + "{}", "something follows"},
		{"nonsense", "the file is not valid JSON: line 1"},
		{replace(`"format": 1`, `"format": 2`), "format is 2"},
		{replace(`"bytes": 12`, `"bytes": "12"`), "models.files.bytes is a JSON string"},
		{replace(`"bytes": 12`, `"bytes": -1`), `model "mine": file "a/model.safetensors": bytes is -1`},
		{replace(`"bytes": 12`, `"bytes": 12, "bytes": 13`), `line 3: the key "bytes" appears twice`},
		{replace(`"bytes": 12`, `"size": 12`), `unknown field "size"`},
		{replace(sum, "abc"), "sha256 is not 64"},
		{replace(sum, strings.ToUpper(sum)), "sha256 is not 64"},
		{replace(`"name": "mine"`, `"name": "../mine"`), `model "../mine": name may have`},
		{replace(`"name": "mine"`, `"name": "starter"`), "this name is reserved"},
		{replace(`"name": "a/model`, `"name": "../model`), "name must be a relative path"},
		{replace(`"name": "a/model`, `"name": "/model`), "name must be a relative path"},
		{replace(`"name": "a/model`, `"name": ".store`), "name must be a relative path"},
		{replace(`"for": "caption"`, `"for": "dancing"`), `for is "dancing"`},
		{replace(`"role": "vocabulary"`, `"role": "weights"`), "there is a file for weights already"},
		{replace(`"role": "vocabulary"`, `"role": "archive"`), `role is "archive"`},
		{replace(`"role": "weights"`, `"role": "extra"`), "no file of the role weights"},
		{replace(`"licence": "MIT"`, `"licence": " "`), "licence is missing"},
		{replace(`"https://example.org/vocab.txt"`, `"http://example.org/vocab.txt"`), "url must begin with https"},
		{replace(`"https://example.org/vocab.txt"`, `"file:///vocab.txt"`), "not the address of a file"},
		{replace(`"https://example.org/vocab.txt"`, `"https://me:secret@example.org/vocab.txt"`), "not the address of a file"},
		{replace(`"vocab.txt"`, `"A/Model.safetensors"`), "appears twice"},
		{strings.Repeat("[", 100), "it is no JSON|deeper than 8"},
		{`{"format": 1, "models": [` + strings.Repeat("0,", 5000) + `0]}`, "more than 4096 values"},
		{strings.Repeat(" ", 1<<20+1), "more than 1048576 bytes"},
	} {
		_, err := Parse([]byte(c.text))
		if err == nil {
			t.Errorf("%.60q was read; want an error with %q", c.text, c.want)
			continue
		}
		found := false
		for _, want := range strings.Split(c.want, "|") {
			found = found || strings.Contains(err.Error(), want)
		}
		if !found {
			t.Errorf("%.60q: %q, want %q in it", c.text, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{replace(`"name": "mine"`, `"name": "blip-base"`), `model "blip-base": the name is taken`},
		{replace(`"name": "ours"`, `"name": "full"`), `set "full": the name is taken`},
		{replace(`"caption": ["mine"]`, `"caption": ["nobody"]`), `caption is "nobody", which is not a model`},
		{replace(`"caption": ["mine"]`, `"instances": ["mine"]`), `instances is "mine", which is for caption`},
		{replace(`"caption": ["mine"]`, `"captions": ["mine"]`), `"captions" is not a task`},
	} {
		mine, err := Parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Official().Add(mine); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestAModelWithAValueThatCannotBeMeantIsRefused(t *testing.T) {
	var score, over = 0.5, 1.5
	for want, change := range map[string]func(m *Model){
		"name is missing":                               func(m *Model) { m.Name = "" },
		"architecture is missing":                       func(m *Model) { m.Architecture = "" },
		"licence_text has 65537 bytes, more than 65536": func(m *Model) { m.LicenceText = strings.Repeat("x", maxText+1) },
		`revision is "a/b"`:                             func(m *Model) { m.Revision = "a/b" },
		`revision is "a."`:                              func(m *Model) { m.Revision = "a." },
		"memory is -1":                                  func(m *Model) { m.Memory = -1 },
		"memory is 4398046511105":                       func(m *Model) { m.Memory = maxBytes + 1 },
		"gmac is NaN":                                   func(m *Model) { m.GMAC = math.NaN() },
		"gmac is -0.5":                                  func(m *Model) { m.GMAC = -0.5 },
		"search is for captions only":                   func(m *Model) { m.Search = &Search{} },
		"score is for instances only":                   func(m *Model) { m.Score = &score },
		"score is for instances only, and from 0 to 1":  func(m *Model) { m.For, m.Score = ForInstances, &over },
		"it has 0 files; 1 to 64 are possible":          func(m *Model) { m.Files = nil },
		"it has 65 files":                               func(m *Model) { m.Files = make([]File, maxFiles+1) },
		"starts is not the first hexadecimal":           func(m *Model) { m.Files[0].Starts = "XYZ" },
		"url must begin with https://":                  func(m *Model) { m.Files[0].URL = "ftp://example.org/a" },
		"bytes is 4398046511105":                        func(m *Model) { m.Files[0].Bytes = maxBytes + 1 },
	} {
		m := Model{Name: "m", For: ForClasses, Architecture: "fcn_resnet", Licence: "MIT", Revision: "1",
			Files: []File{{Name: "a.pth", URL: "https://example.org/a.pth", Role: RoleWeights}}}
		if err := (Catalogue{Models: []Model{m}}).Check(); err != nil {
			t.Fatal(err)
		}
		change(&m)
		if err := (Catalogue{Models: []Model{m}}).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestASetWithAValueThatCannotBeMeantIsRefused(t *testing.T) {
	models := Official().Models
	for _, c := range []struct {
		set  Set
		want string
	}{
		{Set{Models: map[string][]string{ForCaption: {"blip-base"}}}, "name is missing"},
		{Set{Name: "all", Models: map[string][]string{ForCaption: {"blip-base"}}}, "this name is reserved"},
		{Set{Name: "s"}, "it names no model"},
		{Set{Name: "s", Models: map[string][]string{ForCaption: {"blip-base"}, ForClasses: {}}}, "classes has no model"},
		{Set{Name: "s", Models: map[string][]string{ForCaption: {"blip-base", "x\ny"}}}, `caption is "x y", which is not a model`},
	} {
		if err := (Catalogue{models, []Set{c.set}}).Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

func TestASetIsAskedForItsModels(t *testing.T) {
	c := Catalogue{
		Models: []Model{{Name: "a"}, {Name: "b", Files: []File{{URL: "https://example.org:8080/x", Role: RoleExtra}, {URL: "https://hub.example/y", Role: RoleWeights}}}},
		Sets:   []Set{{Name: "z", Models: map[string][]string{ForClasses: {"a", "b"}, ForCaption: {"c"}}}, {Name: "y", Models: map[string][]string{ForCaption: {"a"}}}},
	}
	z, _ := c.Set("z")
	for name, want := range map[string]bool{"a": true, "b": true, "c": true, "d": false, "": false} {
		if z.Has(name) != want {
			t.Errorf("z has %q: %v", name, !want)
		}
	}
	for got, want := range map[string]string{
		strings.Join(c.Names(), " "): "z y a b", strings.Join(z.Names(), " "): "c a", strings.Join(c.SetsOf("a"), " "): "y z", strings.Join(c.SetsOf("b"), " "): "",
		c.Models[1].Source(): "hub.example",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if m, ok := c.Model("z"); ok {
		t.Errorf("the set is the model %+v", m)
	}
}

func TestForeignTextIsShortenedToOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"a\tb\x7fc": "a b c", "\xffa": "\uFFFDa", strings.Repeat("é", 80): strings.Repeat("é", 80), strings.Repeat("é", 81): strings.Repeat("é", 80) + "…",
	} {
		if got := short(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestACatalogueThatCannotBeReadIsSaidToBe(t *testing.T) {
	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "absent.json"): "could not be read",
		t.TempDir(): "this is not a file",
	} {
		_, err := Load(path)
		f := failure.Of(err, failure.Usage)
		if f == nil || f.Kind != failure.Model || f.Subject != path || !strings.Contains(f.Message.String(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// FuzzParse: an accepted catalogue passes Check and is unchanged after writing and
// reading.
func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte(`{"format":1,"models":[{"name":"a","for":"runtime","licence":"x","files":[{"name":"a.tgz","url":"http://127.0.0.1/a","role":"archive"}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		for _, m := range c.Models {
			for _, file := range m.Files {
				if path := filepath.Join("root", m.Name, m.Revision, filepath.FromSlash(file.Name)); !strings.HasPrefix(path, filepath.Join("root", m.Name, m.Revision)+string(filepath.Separator)) {
					t.Fatalf("%s leaves its folder", path)
				}
			}
		}
		again, err := json.Marshal(struct {
			Format int `json:"format"`
			Catalogue
		}{1, c})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(again); err != nil {
			t.Fatalf("%v: %s", err, again)
		}
	})
}
