package app

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"descry/models/catalogue"
	"descry/resources"
)

// publish serves the built-in models on the loopback interface like published ones, and
// names a catalogue of them in DESCRY_CATALOGUE:
//
//	publish [damaged|cached]
//
// The models are mini-blip, mini-maskrcnn and mini-deeplab, the set is minis. With
// damaged, one byte of mini-maskrcnn's weights arrives changed. With cached the
// addresses are those of a hub, and the files are in a hub's cache below $HOME, in the
// layout of its own program: in blobs/, with links to them in snapshots/.
func publish(ts *testscript.TestScript, neg bool, args []string) {
	files := resources.Starter()
	damaged := len(args) > 0 && args[0] == "damaged"
	cached := len(args) > 0 && args[0] == "cached"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := fs.ReadFile(files, strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		if damaged && path.Dir(r.URL.Path) == "/maskrcnn" && path.Ext(r.URL.Path) == ".safetensors" {
			text = append([]byte(nil), text...)
			text[len(text)/2] ^= 1
		}
		_, _ = w.Write(text)
	}))
	ts.Defer(server.Close)
	entry := func(name, what, architecture, folder string, score *float64, search *catalogue.Search, roles map[string]string) catalogue.Model {
		m := catalogue.Model{Name: name, Title: "Small " + folder, For: what, Architecture: architecture, Licence: "BSD-3-Clause", LicenceText: "BSD says so.",
			Score: score, Search: search, Memory: 50e6, GMAC: 0.5}
		for file, role := range roles {
			text, err := fs.ReadFile(files, folder+"/"+file)
			ts.Check(err)
			sum := sha256.Sum256(text)
			f := catalogue.File{Name: file, URL: server.URL + "/" + folder + "/" + file, Role: role, Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])}
			if cached {
				f.URL = "https://huggingface.co/org/" + name + "/resolve/main/" + file
				putInHubCache(ts, "models--org--"+name, file, f.SHA256, text)
			}
			m.Files = append(m.Files, f)
		}
		return m
	}
	score := 0.7
	c := struct {
		Format int `json:"format"`
		catalogue.Catalogue
	}{1, catalogue.Catalogue{Models: []catalogue.Model{
		entry("mini-blip", "caption", "blip", "blip", nil, &catalogue.Search{Beams: 1, MaxTokens: 30},
			map[string]string{"model.fp16.safetensors": "weights", "config.json": "config", "preprocessor_config.json": "preprocessor", "vocab.txt": "vocabulary"}),
		entry("mini-maskrcnn", "instances", "maskrcnn_resnet_fpn", "maskrcnn", &score, nil, map[string]string{"model.fp16.safetensors": "weights", "config.json": "config"}),
		entry("mini-deeplab", "classes", "deeplabv3_resnet", "deeplabv3", nil, nil, map[string]string{"model.fp16.safetensors": "weights", "config.json": "config"}),
	}, Sets: []catalogue.Set{{Name: "minis", Title: "All the small ones", Models: map[string][]string{
		"caption": {"mini-blip"}, "instances": {"mini-maskrcnn"}, "classes": {"mini-deeplab"},
	}}}}}
	text, err := json.MarshalIndent(c, "", "  ")
	ts.Check(err)
	file := ts.MkAbs("catalogue.json")
	ts.Check(os.WriteFile(file, text, 0o644))
	ts.Setenv("DESCRY_CATALOGUE", file)
}

// putInHubCache writes one file of a repository in the layout of huggingface_hub.
func putInHubCache(ts *testscript.TestScript, folder, file, sum string, text []byte) {
	root := filepath.Join(ts.Getenv("HOME"), ".cache", "huggingface", "hub", folder)
	for _, dir := range []string{"blobs", "snapshots/0123", "refs"} {
		ts.Check(os.MkdirAll(filepath.Join(root, filepath.FromSlash(dir)), 0o777))
	}
	ts.Check(os.WriteFile(filepath.Join(root, "blobs", sum), text, 0o666))
	ts.Check(os.Symlink(filepath.Join("..", "..", "blobs", sum), filepath.Join(root, "snapshots", "0123", file)))
	ts.Check(os.WriteFile(filepath.Join(root, "refs", "main"), []byte("0123"), 0o666))
}

// damage replaces the one file of a pattern by a byte: damage PATTERN.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files of %s", len(found), args[0])
	}
	ts.Check(os.WriteFile(found[0], []byte("x"), 0o644))
}

// tensors writes a .safetensors file whose tensors have the names given and one
// number each: tensors FILE NAME…
func tensors(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: tensors FILE NAME…")
	}
	header := map[string]any{}
	for i, name := range args[1:] {
		header[name] = map[string]any{"dtype": "F32", "shape": []int{1}, "data_offsets": []int{4 * i, 4 * (i + 1)}}
	}
	text, err := json.Marshal(header)
	ts.Check(err)
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(text))), text...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(file, make([]byte, 4*(len(args)-1))...), 0o600))
}
