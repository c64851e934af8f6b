package speed

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"descry/inference/ort"
)

// book opens a new book in a folder that does not exist yet.
func book(t *testing.T) *Book {
	t.Helper()
	b, err := Open(filepath.Join(t.TempDir(), "state", FileName))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func expect(t *testing.T, b *Book, model string, gmac float64, device string, seconds float64, measured bool) {
	t.Helper()
	got, is := b.Seconds(model, gmac, device)
	if d := got - seconds; d > 1e-9 || d < -1e-9 || is != measured {
		t.Errorf("%s on %q: %g s (measured: %v), want %g (%v)", model, device, got, is, seconds, measured)
	}
}

func TestWhatWasMeasuredComesBeforeWhatIsGuessed(t *testing.T) {
	b := book(t)
	expect(t, b, "blip-base", 60, "cpu", 0, false) // nothing is known
	b.NoteRate("1.24.3", "cpu", 2, 120, false)
	expect(t, b, "blip-base", 60, "cpu", 0.5, false)
	expect(t, b, "blip-base", 0, "cpu", 0, false) // its cost is unknown
	expect(t, b, "blip-base", 60, "cuda", 0, false)
	for _, s := range []float64{2, 90, 1, 3} {
		b.Note("blip-base", "caption", "cpu", s)
	}
	expect(t, b, "blip-base", 60, "cpu", 2.5, true)
	expect(t, b, "blip-base", 60, "auto", 2.5, true)
	b.Note("blip-base", "caption", "cuda", 0.1)
	expect(t, b, "blip-base", 60, "", 0.1, true) // what ran last
	for range maxRuns {
		b.Note("blip-base", "caption", "cpu", 7)
	}
	expect(t, b, "blip-base", 60, "cpu", 7, true) // old runs are forgotten
	b.Note("blip-base", "caption", "cpu", 0)
	b.Note("", "caption", "cpu", 1)
	expect(t, b, "blip-base", 60, "cpu", 7, true)
}

func TestTasksOfOneSetAreKeptApart(t *testing.T) {
	b := book(t)
	b.Note("starter", "caption", "cpu", 0.2)
	b.Note("starter", "instances", "cpu", 0.6)
	expect(t, b, "starter", 0, "cpu", 0, false)
	expect(t, b, "starter/instances", 0, "cpu", 0.6, true)
}

func TestTheBookIsKept(t *testing.T) {
	b := book(t)
	b.Note("a", "caption", "cpu", 1)
	b.NoteRate("1.24.3", "cpu", 2, 100, false)
	other, _ := Open(b.path) // another process, which writes first
	other.Note("b", "caption", "cpu", 2)
	for _, x := range []*Book{other, b, b} {
		if err := x.Save(); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, again, "a", 0, "cpu", 1, true)
	expect(t, again, "b", 0, "cpu", 2, true)
	if r, known := again.Rate("1.24.3", "cpu", 2); !known || r != 100 {
		t.Errorf("rate %g, %v", r, known)
	}
	if _, known := again.Rate("1.31.1", "cpu", 2); known {
		t.Error("the rate of another library is taken")
	}
}

func TestADamagedBookIsBegunAgain(t *testing.T) {
	for name, text := range map[string]string{"cut": `{"version": 1, "runs": [{`, "another version": `{"version": 99, "runs": 3}`, "empty": ""} {
		path := filepath.Join(t.TempDir(), FileName)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		b, err := Open(path)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		b.Note("a", "caption", "cpu", 1)
		if err := b.Save(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again, err := Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		expect(t, again, "a", 0, "cpu", 1, true)
	}
	b, _ := Open(t.TempDir()) // a folder
	b.Note("a", "caption", "cpu", 1)
	if err := b.Save(); err == nil {
		t.Error("a folder was written over")
	}
}

func TestTheBookDoesNotGrowForEver(t *testing.T) {
	b := book(t)
	at := time.Unix(1e9, 0)
	b.now = func() time.Time { at = at.Add(time.Second); return at }
	for i := range maxModels + 50 {
		b.Note(strings.Repeat("m", i+1), "caption", "cpu", 1)
		b.NoteRate(strings.Repeat("1", i+1), "cpu", 2, 1, false)
	}
	if len(b.c.Runs) != maxModels || len(b.c.Rates) != maxRates {
		t.Errorf("%d models, %d rates", len(b.c.Runs), len(b.c.Rates))
	}
	expect(t, b, strings.Repeat("m", maxModels+50), 0, "cpu", 1, true)
	expect(t, b, "m", 0, "auto", 0, false)
}

func TestThisMachineIsMeasuredOnce(t *testing.T) {
	cache, _ := os.UserCacheDir()
	path, _, err := ort.Find(os.Getenv("DESCRY_ORT"), filepath.Join("..", "..", "bin"), filepath.Join(cache, "descry"))
	if err != nil && os.Getenv("DESCRY_ORT") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	lib, err := ort.Open(path)
	if err != nil && strings.Contains(err.Error(), "without cgo") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer lib.Close()
	b := book(t)
	start := time.Now()
	rate, err := b.Measured(context.Background(), lib, ort.DeviceCPU, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%.1f GMAC/s, measured in %v", rate, time.Since(start))
	if rate < 0.1 || rate > 100_000 {
		t.Errorf("%g GMAC/s", rate)
	}
	again, err := Open(b.path)
	if err != nil {
		t.Fatal(err)
	}
	again.NoteRate(lib.Version(), ort.DeviceCPU, 2, rate, false) // as on a machine with nothing else to do
	if got, err := again.Measured(context.Background(), lib, ort.DeviceCPU, 2); err != nil || got != rate {
		t.Errorf("the next program measures again: %g, %g (%v)", got, rate, err)
	}
	again.NoteRate(lib.Version(), ort.DeviceCPU, 2, rate/1e6, true)
	if got, err := again.Measured(context.Background(), lib, ort.DeviceCPU, 2); err != nil || got < rate/1e3 {
		t.Errorf("what was measured on a busy machine is kept: %g (%v)", got, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := again.Measured(ctx, lib, ort.DeviceCPU, 1); err == nil {
		t.Error("it measured although the context is cancelled")
	}
}
