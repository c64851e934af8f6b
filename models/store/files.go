package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/models"
)

// storageFailure returns a failure for an error of the file system.
func storageFailure(op, path string, err error) error {
	var f *failure.Failure
	if errors.As(err, &f) || errors.Is(err, context.Canceled) {
		return failure.Wrap(failure.Storage, op, path, err, "")
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return failure.New(failure.Storage, op, path, "the disk is full").WithHint("Free some space, or set DESCRY_HOME to a folder on another disk.")
	case errors.Is(err, fs.ErrPermission):
		return failure.New(failure.Storage, op, path, "no permission").WithHint("Make the folder writable, or set DESCRY_HOME to one that is.")
	case errors.Is(err, fs.ErrNotExist):
		return failure.New(failure.Storage, op, path, "it is missing")
	}
	return failure.New(failure.Storage, op, path, "%s", failure.Plain(err)).WithHint("Check the disk and the folder.")
}

// reader reads until its context ends and reports its progress.
type reader struct {
	ctx      context.Context
	r        io.Reader
	n        int64
	progress func(n int64)
}

func (r *reader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.r.Read(b)
	if r.n += int64(n); n > 0 && r.progress != nil {
		r.progress(r.n)
	}
	return n, err
}

// progressStep is how many bytes are hashed or copied between two reports of progress.
const progressStep = 16 << 20

// everyStep limits the calls of a callback to one per progressStep bytes.
func everyStep(progress func(n int64)) func(n int64) {
	next := int64(0)
	return func(n int64) {
		if progress != nil && n >= next {
			next = n + progressStep
			progress(n)
		}
	}
}

// hashFile hashes a file and returns its record. Size and time are those from before
// the reading, so that a change during the reading is detected later.
func hashFile(ctx context.Context, path string, progress func(n int64)) (models.RecordedFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return models.RecordedFile{}, storageFailure("check", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return models.RecordedFile{}, storageFailure("check", path, err)
	}
	h := sha256.New()
	if _, err := io.CopyBuffer(h, &reader{ctx, f, 0, everyStep(progress)}, make([]byte, 1<<20)); err != nil {
		return models.RecordedFile{}, storageFailure("check", path, err)
	}
	return models.RecordedFile{Bytes: info.Size(), Modified: info.ModTime().UnixNano(), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// recorded returns the record of an existing file whose sum is known.
func recorded(path, sum string, pinned bool) (models.RecordedFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return models.RecordedFile{}, storageFailure("check", path, err)
	}
	return models.RecordedFile{Bytes: info.Size(), Modified: info.ModTime().UnixNano(), SHA256: sum, Pinned: pinned}, nil
}

// copyFile copies a file whose sum is known. If the copy has another sum, copyFile
// returns an error and leaves no file.
func copyFile(ctx context.Context, from, to, sum string, progress func(n int64)) error {
	f, err := os.Open(from)
	if err != nil {
		return storageFailure("copy", from, err)
	}
	defer f.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return storageFailure("copy", filepath.Dir(to), err)
	}
	return explain("copy", to, atomicfile.Write(to, atomicfile.Overwrite, func(w io.Writer) error {
		h := sha256.New()
		if _, err := io.CopyBuffer(io.MultiWriter(w, h), &reader{ctx, f, 0, everyStep(progress)}, make([]byte, 1<<20)); err != nil {
			return err
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != sum {
			return failure.Worded(nil, "the file changed while it was copied")
		}
		return nil
	}))
}

// explain is like storageFailure, but returns nil if err is nil.
func explain(op, path string, err error) error {
	if err == nil {
		return nil
	}
	return storageFailure(op, path, err)
}

// treeSize returns the size of the regular files below dir, 0 if dir does not exist.
func treeSize(dir string) int64 {
	var n int64
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // what cannot be read is not counted
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}
