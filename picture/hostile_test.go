package picture

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"descry/internal/failure"
	"descry/internal/hostile"
)

// refused opens path, which must fail, and returns the failure and the number of
// bytes allocated.
func refused(t *testing.T, path string) (*failure.Failure, uint64) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Open(context.Background(), path, Limits{})
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Fatal("opened")
	}
	var f *failure.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%T is not a *failure.Failure: %v", err, err)
	}
	return f, after.TotalAlloc - before.TotalAlloc
}

func TestHostileFilesAreRefusedWithoutMemory(t *testing.T) {
	dir := t.TempDir()
	files := hostile.Files()
	if len(files) < 60 {
		t.Fatalf("%d files only", len(files))
	}
	for _, h := range files {
		t.Run(h.Name, func(t *testing.T) {
			path := filepath.Join(dir, h.Name)
			if err := os.WriteFile(path, h.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			f, spent := refused(t, path)
			if f.Kind != h.Kind || !strings.Contains(f.Message.String(), h.Message) {
				t.Errorf("%s %q, want %s %q", f.Kind, f.Message, h.Kind, h.Message)
			}
			if !strings.Contains(f.Error(), h.Name) || f.Hint.IsZero() || strings.Contains(f.Error(), "\n") {
				t.Errorf("not one line with the name and a hint: %q", f.Error())
			}
			if spent > 2<<20 {
				t.Errorf("allocated %d bytes for a file of %d", spent, len(h.Data))
			}
		})
	}
}

// TestATruncatedFileIsNeverHalfAPicture truncates every reference file at many lengths. A
// file that loses pixels must be refused; one that loses only what follows them may
// be read, and then must give the same picture.
func TestATruncatedFileIsNeverHalfAPicture(t *testing.T) {
	for _, r := range references(t) {
		data, err := os.ReadFile(filepath.Join("testdata", r.File))
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), r.File, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 24 {
			n := len(data) * i / 24
			p, err := Decode(context.Background(), bytes.NewReader(data[:n]), int64(n), r.File, Limits{})
			if err == nil {
				if !bytes.Equal(p.RGB, whole.RGB) && p.Orientation == whole.Orientation {
					t.Errorf("%s cut at %d of %d: another picture", r.File, n, len(data))
				}
				continue
			}
			var f *failure.Failure
			if !errors.As(err, &f) || f.Kind != failure.Unreadable && f.Kind != failure.Unsupported {
				t.Errorf("%s cut at %d of %d: %v", r.File, n, len(data), err)
			}
		}
	}
}

func TestLimitsHoldForEveryFormat(t *testing.T) {
	for ext, data := range hostile.Good() { // 48 × 40
		for _, c := range []struct {
			limits Limits
			kind   failure.Kind
		}{
			{Limits{Pixels: 48 * 40}, ""},
			{Limits{Pixels: 48*40 - 1}, failure.TooLarge},
			{Limits{Bytes: 1 << 20}, ""},
			{Limits{Bytes: 48 * 40 * 4}, failure.TooLarge},
			{Limits{Bytes: 100}, failure.TooLarge},
		} {
			_, err := Decode(context.Background(), bytes.NewReader(data), int64(len(data)), "x."+ext, c.limits)
			if got := failure.Of(err, "other"); (got == nil) != (c.kind == "") || got != nil && got.Kind != c.kind {
				t.Errorf("%s with %+v: %v, want %q", ext, c.limits, err, c.kind)
			}
		}
	}
}

func TestCancellingEndsDecoding(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for ext, data := range hostile.Good() {
		_, err := Decode(ctx, bytes.NewReader(data), int64(len(data)), "x."+ext, Limits{})
		if f := failure.Of(err, "other"); f == nil || f.Kind != failure.Cancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", ext, err)
		}
	}
}
