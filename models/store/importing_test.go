package store

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
)

func TestAFolderOfFilesWithAnyNamesIsImported(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	s.Fetcher = nil
	dir := t.TempDir()
	write(t, filepath.Join(dir, "deep", "down", "weights (1).bin"), body("talk", 5000))
	write(t, filepath.Join(dir, "v.txt"), body("vocab", 50))
	write(t, filepath.Join(dir, "other.pth"), body("fond", 7000)) // find's size, other content
	write(t, filepath.Join(dir, "class.pth"), body("class", 3000))
	report, err := s.Import(context.Background(), []string{dir}, false, nil)
	must(t, err)
	if report.Files != 4 || len(report.Models) != 2 || report.Models[0].Name != "talk" || report.Models[1].Name != "class" {
		t.Fatalf("%+v", report)
	}
	if !report.Models[0].Usable() || len(report.Models[0].Files) != 2 || report.Models[0].State != Ready {
		t.Errorf("%+v", report.Models[0])
	}
	must(t, os.RemoveAll(dir)) // copied, so the source may be removed
	set, err := models.Resolve("two", s.dirs())
	must(t, err)
	if text, err := os.ReadFile(set.Caption.Weights); err != nil || string(text) != string(body("talk", 5000)) {
		t.Errorf("%v", err)
	}

	report, err = s.Import(context.Background(), []string{write(t, filepath.Join(t.TempDir(), "cat.jpg"), []byte("x"))}, false, nil)
	must(t, err)
	if len(report.Models) != 0 || len(report.Other) != 1 {
		t.Errorf("%+v", report)
	}
	_, err = s.Import(context.Background(), []string{filepath.Join(dir, "gone")}, false, nil)
	wantFailure(t, err, failure.Storage, "missing")
}

func TestAnImportInPlaceCopiesNoWeights(t *testing.T) {
	s := newStore(t, newHub(t).catalogue())
	dir := t.TempDir()
	there := write(t, filepath.Join(dir, "f"), body("find", 7000))
	_, err := s.Import(context.Background(), []string{dir}, true, nil)
	must(t, err)
	i := s.state(t, "find")
	if i.State != InPlace || i.Elsewhere != 7000 || i.OnDisk > 2000 {
		t.Errorf("%+v", i)
	}
	set, err := models.Resolve("find", s.dirs())
	must(t, err)
	if real, _ := filepath.EvalSymlinks(there); set.Instances.Weights != real {
		t.Errorf("%s", set.Instances.Weights)
	}
}

func TestWeightsWithoutTheirSmallFilesStayPartialAndPullBringsTheRest(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	_, err := s.Import(context.Background(), []string{write(t, filepath.Join(t.TempDir(), "b"), body("talk", 5000))}, false, nil)
	wantFailure(t, err, failure.Model, "vocab.txt", "descry models pull talk")
	if i := s.state(t, "talk"); i.State != Partial || i.Done != 5000 {
		t.Errorf("%+v", i)
	}
	must(t, s.Pull(context.Background(), []string{"talk"}, nil))
	if h.requests("talk.bin") != 0 || h.requests("vocab.txt") != 1 || !s.state(t, "talk").Usable() {
		t.Errorf("asked %v", h.asked)
	}
}

// TestOnePickedFileBringsWhatLiesBesideIt: a dialog may let only one file be
// picked. A file with the right name and other content is not used.
func TestOnePickedFileBringsWhatLiesBesideIt(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	s.Fetcher = nil
	dir := t.TempDir()
	picked := write(t, filepath.Join(dir, "b"), body("talk", 5000))
	beside := write(t, filepath.Join(dir, "vocab.txt"), body("other", 50))
	_, err := s.Import(context.Background(), []string{picked}, false, nil)
	wantFailure(t, err, failure.Model, "vocab.txt")
	write(t, beside, body("vocab", 50))
	report, err := s.Import(context.Background(), []string{picked}, false, nil)
	must(t, err)
	if len(report.Models) != 1 || !report.Models[0].Usable() || len(report.Models[0].Files) != 2 {
		t.Errorf("%+v", report)
	}
}

// TestAStoreOnAStickIsImportedWhole: one machine pulls, the other imports the
// first one's folder, without a network.
func TestAStoreOnAStickIsImportedWhole(t *testing.T) {
	h := newHub(t)
	c := h.catalogue()
	first := newStore(t, c)
	must(t, first.Pull(context.Background(), []string{"all3"}, nil))
	second := newStore(t, c)
	second.Fetcher = nil
	report, err := second.Import(context.Background(), []string{first.Models}, false, nil)
	must(t, err)
	if len(report.Models) != 3 || second.dirs().Default() != "all3" {
		t.Errorf("%+v", report)
	}
	if l := second.List(); l.Unused != 0 || l.Elsewhere != 0 {
		t.Errorf("%+v", l)
	}
}

// safetensors makes a file with one fp32 tensor.
func safetensors(t *testing.T, name string, rows, columns int) []byte {
	t.Helper()
	n := rows * columns * 4
	head, err := json.Marshal(map[string]any{name: map[string]any{"dtype": "F32", "shape": []int{rows, columns}, "data_offsets": []int{0, n}}})
	must(t, err)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(head)))
	return append(append(out, head...), make([]byte, n)...)
}

// TestAnUnpinnedModelIsToldByATensor: no sum is known, so name and structure identify
// the model; a smaller model of the same name is not accepted.
func TestAnUnpinnedModelIsToldByATensor(t *testing.T) {
	m := catalogue.Model{Name: "large", For: catalogue.ForCaption, Architecture: "blip", Licence: "MIT", Revision: catalogue.Main,
		Tensor: &catalogue.Tensor{Name: "layers.23", Shape: []int64{3, 4}},
		Files: []catalogue.File{
			{Name: "config.json", URL: "https://huggingface.co/o/l/resolve/main/config.json", Role: catalogue.RoleConfig},
			{Name: "model.safetensors", URL: "https://huggingface.co/o/l/resolve/main/model.safetensors", Role: catalogue.RoleWeights, About: 100},
		}}
	s := newStore(t, catalogue.Catalogue{Models: []catalogue.Model{m}})
	s.Fetcher = nil
	dir := t.TempDir()
	write(t, filepath.Join(dir, "config.json"), []byte("{}"))
	w := write(t, filepath.Join(dir, "model.safetensors"), safetensors(t, "layers.23", 3, 5))
	report, err := s.Import(context.Background(), []string{dir}, false, nil)
	must(t, err)
	if len(report.Models) != 0 {
		t.Fatalf("another shape was taken: %+v", report)
	}
	right := safetensors(t, "layers.23", 3, 4)
	write(t, w, right)
	report, err = s.Import(context.Background(), []string{dir}, false, nil)
	must(t, err)
	if len(report.Models) != 1 || !report.Models[0].Usable() || report.Models[0].Pinned || report.Models[0].Revision != sumOf(right)[:8] {
		t.Fatalf("%+v", report)
	}
	// On another machine, the record identifies it even without the tensor.
	bare := m
	bare.Tensor = nil
	other := newStore(t, catalogue.Catalogue{Models: []catalogue.Model{bare}})
	other.Fetcher = nil
	report, err = other.Import(context.Background(), []string{s.Models}, false, nil)
	must(t, err)
	if len(report.Models) != 1 || !report.Models[0].Usable() {
		t.Errorf("%+v", report)
	}
}

func TestVerifyFindsWhatSizeAndTimeHideAndRepairsIt(t *testing.T) {
	h := newHub(t)
	s := newStore(t, h.catalogue())
	must(t, s.Pull(context.Background(), []string{"all3"}, nil))
	dir, err := s.Path("find")
	must(t, err)
	path := filepath.Join(dir, "find.pth")
	info, err := os.Stat(path)
	must(t, err)
	bad := body("find", 7000)
	bad[6999] ^= 0x80
	write(t, path, bad)
	must(t, os.Chtimes(path, info.ModTime(), info.ModTime()))

	verdicts, err := s.Verify(context.Background(), nil, false, nil)
	must(t, err)
	var wrong []string
	for _, v := range verdicts {
		if !v.OK {
			wrong = append(wrong, v.Model+" "+v.File+": "+v.Problem)
		}
		if !v.Pinned {
			t.Errorf("%+v", v)
		}
	}
	if len(verdicts) != 4 || len(wrong) != 1 || !strings.Contains(wrong[0], "find find.pth: its SHA-256 is") {
		t.Fatalf("%+v", verdicts)
	}
	verdicts, err = s.Verify(context.Background(), []string{"find"}, true, nil)
	must(t, err)
	if !verdicts[0].Repaired || h.requests("find.pth") != 2 {
		t.Errorf("%+v, asked %v", verdicts, h.asked)
	}
	verdicts, err = s.Verify(context.Background(), []string{"find"}, false, nil)
	must(t, err)
	if !verdicts[0].OK {
		t.Errorf("%+v", verdicts)
	}
	_, err = newStore(t, h.catalogue()).Verify(context.Background(), []string{"find"}, false, nil)
	wantFailure(t, err, failure.Model, "it is not on this machine")

	write(t, filepath.Join(dir, models.SetFile), []byte("{"))
	verdicts, err = s.Verify(context.Background(), []string{"find"}, true, nil)
	must(t, err)
	if len(verdicts) != 2 || verdicts[1].File != models.SetFile || !verdicts[1].Repaired {
		t.Errorf("%+v", verdicts)
	}
	if _, err := models.Resolve("find", s.dirs()); err != nil {
		t.Error(err)
	}

	// Without a network, a damaged file is still reported and the model not used.
	write(t, path, bad)
	s.Fetcher = nil
	_, err = s.Verify(context.Background(), []string{"find"}, true, nil)
	wantFailure(t, err, failure.Network, "nothing can be downloaded")
	if s.state(t, "find").Usable() {
		t.Errorf("%+v", s.state(t, "find"))
	}
}

func TestRemovingASetLeavesWhatAnotherUses(t *testing.T) {
	s := newStore(t, newHub(t).catalogue())
	must(t, s.Pull(context.Background(), []string{"all3"}, nil))
	freed, err := s.Remove(context.Background(), []string{"two"})
	must(t, err)
	if len(freed) != 2 || freed[0].Kept != "the set all3 uses it" || freed[0].Bytes != 0 {
		t.Errorf("%+v", freed)
	}
	freed, err = s.Remove(context.Background(), []string{"all3", "two"})
	must(t, err)
	if len(freed) != 3 || freed[1].Bytes < 7000 || s.catalogued() != 0 {
		t.Errorf("%+v, %d bytes stay", freed, s.catalogued())
	}
	must(t, s.Pull(context.Background(), []string{"find"}, nil))

	// An own set names a file of the model, so the file is kept.
	write(t, filepath.Join(s.Models, "mine", models.SetFile), []byte(`{"format":1,"name":"mine","license":"MIT","instances":{"architecture":"maskrcnn_resnet_fpn","weights":"store:find/find.pth"}}`))
	freed, err = s.Remove(context.Background(), []string{"find"})
	must(t, err)
	if len(freed) != 1 || !strings.Contains(freed[0].Kept, "find.pth") {
		t.Errorf("%+v", freed)
	}
	if s.state(t, "find").Usable() {
		t.Errorf("%+v", s.state(t, "find"))
	}
	if _, err := models.Resolve("mine", s.dirs()); err != nil {
		t.Error(err)
	}
	freed, err = s.Remove(context.Background(), []string{"mine", "find"})
	must(t, err)
	if len(freed) != 2 || s.catalogued() != 0 {
		t.Errorf("%+v, %d bytes stay", freed, s.catalogued())
	}
	_, err = s.Remove(context.Background(), []string{"starter"})
	wantFailure(t, err, failure.Usage, "built-in")
	_, err = s.Remove(context.Background(), []string{"../models"})
	wantFailure(t, err, failure.Usage, "no such model")
}

func TestOlderRevisionsAreUnused(t *testing.T) {
	s := newStore(t, newHub(t).catalogue())
	must(t, s.Pull(context.Background(), []string{"class"}, nil))
	find := filepath.Join(s.Models, "find", s.Catalogue.Models[1].Revision)
	left := write(t, filepath.Join(find, ".descry-0123.tmp"), []byte("half")) // left by a killed process
	must(t, s.Pull(context.Background(), []string{"find"}, nil))
	if _, err := os.Stat(left); err == nil {
		t.Error("what a killed process left is still there")
	}
	old := filepath.Join(s.Models, "class", "0ldone")
	write(t, filepath.Join(old, "class.pth"), body("old", 900))
	i := s.state(t, "class")
	if i.State != Ready || i.Unused != 900 || s.List().Unused != 900 {
		t.Errorf("%+v", i)
	}
	freed, err := s.RemoveUnused(context.Background())
	must(t, err)
	if len(freed) != 1 || freed[0].Bytes != 900 || !s.state(t, "class").Usable() {
		t.Errorf("%+v", freed)
	}
}

// catalogued sums the bytes on the disk of all but the built-in set.
func (s *Store) catalogued() int64 {
	var n int64
	for _, i := range s.List().Items {
		if i.Name != models.Starter {
			n += i.OnDisk
		}
	}
	return n
}
