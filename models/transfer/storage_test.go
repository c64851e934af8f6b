package transfer

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"descry/internal/failure"
)

// filling is a partial file on a disk that takes only so many bytes: what fits
// of a write is written, as the system does it.
type filling struct {
	partialFile
	left int64
	err  error
	sync error
}

func (f *filling) Write(b []byte) (int, error) {
	if int64(len(b)) <= f.left {
		n, err := f.partialFile.Write(b)
		f.left -= int64(n)
		return n, err
	}
	n, err := f.partialFile.Write(b[:f.left])
	f.left -= int64(n)
	return n, errors.Join(err, f.err)
}

func (f *filling) Sync() error { return errors.Join(f.partialFile.Sync(), f.sync) }

func TestAFullDiskIsNoticedAndCostsNothing(t *testing.T) {
	const room = 3<<20 + 12345
	s := serve(t, seeded(1, size))
	c, w := client()
	path := target(t)
	c.open = func(path string) (partialFile, error) {
		f, err := openFile(path)
		return &filling{partialFile: f, left: room, err: &os.PathError{Op: "write", Path: path, Err: errnoFull[0]}}, err
	}
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	failed(t, err, failure.Storage, "the disk is full", "what has arrived is kept")
	if !errors.Is(err, errnoFull[0]) {
		t.Errorf("%v is not ENOSPC", err)
	}
	if len(w.all) != 0 {
		t.Errorf("waits %v", w.all)
	}
	if done, _ := Partial(path); done != room {
		t.Errorf("%d bytes are kept, want %d", done, room)
	}
	c.open = nil // space was freed
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	if r := s.requests()[1].Header.Get("Range"); r != "bytes=3158073-" {
		t.Errorf("went on with %q", r)
	}
}

func TestAFlushThatFailsIsNoFile(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, _ := client()
	path := target(t)
	c.open = func(path string) (partialFile, error) {
		f, err := openFile(path)
		return &filling{partialFile: f, left: size, sync: syscall.EIO}, err
	}
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	failed(t, err, failure.Storage, "could not be written")
	if _, err := os.Stat(path); err == nil {
		t.Error("there is a file")
	}
}

// Every write to /dev/full fails in the kernel with "no space left".
func TestTheKernelsOwnFullDevice(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has /dev/full")
	}
	s := serve(t, seeded(1, size))
	c, _ := client()
	c.open = func(path string) (partialFile, error) {
		f, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
		return device{f}, err
	}
	path := target(t)
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	failed(t, err, failure.Storage, "the disk is full")
	beside(t, path)
}

// device is a file that can be neither cut nor flushed.
type device struct{ *os.File }

func (device) Truncate(int64) error { return nil }
func (device) Sync() error          { return nil }

func TestRoomIsCheckedFirst(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, _ := client()
	free := uint64(size + reserve - 1)
	path := target(t)
	var asked string
	c.Free = func(dir string) (uint64, error) { asked = dir; return free, nil }
	_, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	failed(t, err, failure.Storage, "the disk has 73 MB free, and 73 MB are needed")
	if len(s.requests()) != 0 || asked != filepath.Dir(path) {
		t.Errorf("%d requests, asked of %q", len(s.requests()), asked)
	}
	// A length known only from the server is checked as soon as it arrives.
	_, err = c.Fetch(t.Context(), Request{s.URL, path, 0, s.sum()}, nil)
	failed(t, err, failure.Storage, "are needed")
	free++
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Fatal(err)
	}
	arrived(t, path, s.content)
	// Bytes already on disk need no space.
	os.Remove(path)
	s.script = []step{cut(4 << 20), status(404)}
	c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil)
	free = 1<<20 + reserve
	if _, err := c.Fetch(t.Context(), Request{s.URL, path, size, s.sum()}, nil); err != nil {
		t.Error(err)
	}
}

func TestFoldersThatDoNotTakeAFile(t *testing.T) {
	s := serve(t, seeded(1, size))
	c, _ := client()
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := c.Fetch(t.Context(), Request{s.URL, filepath.Join(plain, "w.bin"), size, s.sum()}, nil)
	failed(t, err, failure.Storage, plain)
	_, err = c.Fetch(t.Context(), Request{s.URL, dir, size, s.sum()}, nil)
	failed(t, err, failure.Storage, "a folder or device is in its place")
	if len(s.requests()) != 0 {
		t.Error("the server was asked in vain")
	}
}
