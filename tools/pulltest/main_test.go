package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		os.Exit(child(text))
	}
	os.Exit(m.Run())
}

// A small run of the torture test; `make pulltest` runs it at full size.
func TestPullsSurviveTheTortureInSmall(t *testing.T) {
	var out strings.Builder
	err := run(t.Context(), config{
		scale: 0.002, kills: 8, mixed: 2, seed: uint64(time.Now().UnixNano()), dir: t.TempDir(), out: &out,
		stall: 300 * time.Millisecond, killWithin: 400 * time.Millisecond, lasts: 1200 * time.Millisecond,
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	t.Log(out.String())
}

// Reading a part of a stand-in returns the same bytes as reading all of it, and
// versions differ.
func TestAStandInIsTheSameWhereverItIsRead(t *testing.T) {
	f := &standIn{name: "x", size: 100_003, seed: 3}
	whole, err := io.ReadAll(f.open(0))
	if err != nil || int64(len(whole)) != f.size {
		t.Fatal(len(whole), err)
	}
	for _, first := range []int64{0, 1, 15, 16, 17, 4096, 99_999} {
		r := f.open(0)
		if _, err := r.Seek(first, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(part, whole[first:]) {
			t.Errorf("from %d on it is another", first)
		}
	}
	other, _ := io.ReadAll(f.open(1))
	if bytes.Equal(other, whole) {
		t.Error("both versions are the same")
	}
}

// The torture test must notice a bad file, or its result means nothing.
func TestABadFileIsNoticed(t *testing.T) {
	files := standIns(0.0005)
	dir := t.TempDir()
	tt := &torture{p: ownPuller{dir: dir}, files: files}
	if err := tt.check(files, false); err != nil {
		t.Fatal(err)
	}
	if err := tt.check(files, true); err == nil {
		t.Error("an absent file is right")
	}
	bad, _ := io.ReadAll(files[0].open(0))
	bad[len(bad)-1] ^= 1
	if err := os.WriteFile(tt.p.place(files[0]), bad, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := tt.check(files, false); err == nil || !strings.Contains(err.Error(), "a bad file") {
		t.Errorf("for a wrong bit, check returns %v", err)
	}
}
