package transfer

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"descry/internal/atomicfile"
	"descry/internal/failure"
)

// present reports whether the file exists already. A file with a wrong hash is moved
// aside, so that a good one can take its place.
func (r *run) present(ctx context.Context) (Result, bool, error) {
	path := r.req.Path
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Result{}, false, nil
	}
	if err != nil {
		return Result{}, false, storageFault(path, err)
	}
	if !info.Mode().IsRegular() {
		return Result{}, false, failure.New(failure.Storage, "download", path, "a folder or device is in its place").WithHint("Move it elsewhere.")
	}
	f, err := os.Open(path)
	if err != nil {
		return Result{}, false, storageFault(path, err)
	}
	h := sha256.New()
	n, err := r.hashUpTo(ctx, h, f)
	f.Close()
	if err != nil {
		return Result{}, false, err
	}
	res := Result{Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil)), Pinned: r.req.SHA256 != ""}
	if (r.req.SHA256 == "" || res.SHA256 == r.req.SHA256) && (r.req.Bytes == 0 || r.req.Bytes == n) {
		return res, true, nil
	}
	_, err = setAside(path, path, res.SHA256)
	return Result{}, false, err
}

// finish verifies the complete file and gives it its final name.
func (r *run) finish(ctx context.Context) (Result, error) {
	p := r.part
	if err := p.save(); err != nil {
		return Result{}, err
	}
	sum := p.rec.Sum
	good, recorded, err := r.right(ctx, sum)
	if err != nil {
		return Result{}, err
	}
	if !good {
		return Result{}, r.wrong(sum)
	}
	res := Result{
		Bytes: p.at, SHA256: sum, Pinned: r.req.SHA256 != "", Recorded: recorded,
		ETag: p.rec.ETag, Revision: p.rec.Hub.Revision,
	}
	p.close()
	if err := place(partPath(r.req.Path), r.req.Path); err != nil {
		return Result{}, err
	}
	os.Remove(recordPath(r.req.Path)) // useless without its file
	return res, nil
}

// right compares the file with the pinned hash, or with the hub's record.
func (r *run) right(ctx context.Context, sum string) (good, recorded bool, err error) {
	want, rec := r.req.SHA256, r.part.rec.Hub
	switch {
	case want != "":
		return sum == want, false, nil
	case rec.SHA256 != "":
		return sum == rec.SHA256, true, nil
	case rec.Blob == "":
		return true, false, nil
	}
	if _, err := r.part.f.Seek(0, io.SeekStart); err != nil {
		return false, false, storageFault(r.req.Path, err)
	}
	h := sha1.New() // git's object name of the content
	fmt.Fprintf(h, "blob %d\x00", r.part.at)
	if _, err := r.hashUpTo(ctx, h, r.part.f); err != nil {
		return false, false, err
	}
	return hex.EncodeToString(h.Sum(nil)) == rec.Blob, true, nil
}

// wrong handles a file with an unexpected hash. Pieces from several responses may be
// parts of different files, so such a file is downloaded once more from the beginning;
// otherwise it is moved aside for inspection.
func (r *run) wrong(sum string) error {
	if r.mismatches++; r.mismatches == 1 && r.part.rec.Pieces > 1 {
		return r.restart("the parts that arrived do not make up the file")
	}
	want := r.req.SHA256
	if want == "" {
		want = r.part.rec.Hub.SHA256 + r.part.rec.Hub.Blob
	}
	r.part.close()
	aside, err := setAside(partPath(r.req.Path), r.req.Path, sum)
	if err != nil {
		return err
	}
	os.Remove(recordPath(r.req.Path))
	return r.permanent("what came is not the file: its hash is %s, it should be %s", sum, want).
		hint("It is not used and was kept as %s. Try again, or from another network or mirror; if it happens again, the server's file was changed.", filepath.Base(aside))
}

// setAside renames a wrong file to PATH.bad-HASH. Only the latest is kept.
func setAside(from, path, sum string) (string, error) {
	aside := path + ".bad-" + sum[:8]
	entries, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(path)+".bad-") {
			os.Remove(filepath.Join(filepath.Dir(path), e.Name())) // an error only costs disk space
		}
	}
	return aside, place(from, aside)
}

// place renames a flushed file and flushes the folder.
func place(from, to string) error {
	ops := atomicfile.OS()
	if err := ops.Rename(from, to); err != nil {
		return storageFault(to, err)
	}
	if err := ops.SyncDir(filepath.Dir(to)); err != nil {
		return storageFault(to, err)
	}
	return nil
}
