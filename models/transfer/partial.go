package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"time"
)

// A partial file is flushed and recorded after this many bytes or this much time. A
// killed process loses no more than that.
const (
	saveBytes = 32 << 20
	saveEvery = time.Second
)

// partialFile is the part of *os.File that a transfer uses for its partial file.
type partialFile interface {
	io.ReadWriteSeeker
	io.Closer
	Truncate(size int64) error
	Sync() error
}

func openFile(path string) (partialFile, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
}

// partial is PATH.part with its record, open for writing at its end.
type partial struct {
	r     *run
	f     partialFile
	rec   record
	at    int64 // bytes in the file, including those not yet recorded
	hash  hash.Hash
	saved time.Time
}

// openPartial opens the partial file of r's path. Its content is used only if it is
// recorded for the same request and has the recorded hash.
func openPartial(ctx context.Context, r *run) (*partial, error) {
	open := r.c.open
	if open == nil {
		open = openFile
	}
	f, err := open(partPath(r.req.Path))
	if err != nil {
		return nil, storageFault(r.req.Path, err)
	}
	p := &partial{r: r, f: f, hash: sha256.New(), saved: r.c.now()}
	r.part = p // for the progress reported while hashing
	good, err := p.resume(ctx)
	if err == nil && !good {
		err = p.reset()
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// resume hashes the recorded bytes and truncates the file after them. It reports
// whether the transfer can continue there.
func (p *partial) resume(ctx context.Context) (bool, error) {
	text, err := readSmall(recordPath(p.r.req.Path))
	if err != nil {
		return false, nil
	}
	rec, err := parseRecord(text)
	if err != nil || rec.URL != p.r.req.URL || rec.Pinned != p.r.req.SHA256 || rec.Done == 0 {
		return false, nil
	}
	if want := p.r.req.Bytes; want > 0 && (rec.Total > 0 && rec.Total != want || rec.Done > want) {
		return false, nil
	}
	if !rec.checkable() {
		return false, nil
	}
	p.rec = *rec
	n, err := p.r.hashUpTo(ctx, p.hash, io.LimitReader(p.f, rec.Done))
	if err != nil {
		return false, err
	}
	if n != rec.Done || p.sum() != rec.Sum {
		return false, nil
	}
	if err := p.f.Truncate(rec.Done); err != nil {
		return false, storageFault(p.r.req.Path, err)
	}
	if _, err := p.f.Seek(rec.Done, io.SeekStart); err != nil {
		return false, storageFault(p.r.req.Path, err)
	}
	p.at = rec.Done
	return true, nil
}

// reset empties the partial file and its record.
func (p *partial) reset() error {
	if err := os.Remove(recordPath(p.r.req.Path)); err != nil && !os.IsNotExist(err) {
		return storageFault(p.r.req.Path, err)
	}
	if err := p.f.Truncate(0); err != nil {
		return storageFault(p.r.req.Path, err)
	}
	if _, err := p.f.Seek(0, io.SeekStart); err != nil {
		return storageFault(p.r.req.Path, err)
	}
	p.hash.Reset()
	p.at = 0
	p.rec = record{Format: recordFormat, URL: p.r.req.URL, Pinned: p.r.req.SHA256}
	return nil
}

// write appends b, hashes what was written, and saves from time to time.
func (p *partial) write(b []byte) error {
	n, err := p.f.Write(b)
	p.hash.Write(b[:n])
	p.at += int64(n)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return storageFault(p.r.req.Path, err)
	}
	if p.at-p.rec.Done >= saveBytes || p.r.c.now().Sub(p.saved) >= saveEvery {
		return p.save()
	}
	return nil
}

// save flushes the bytes and then records them, so that the record never counts bytes
// that are not on disk.
func (p *partial) save() error {
	p.saved = p.r.c.now()
	if p.at == p.rec.Done {
		return nil
	}
	if err := p.f.Sync(); err != nil {
		return storageFault(p.r.req.Path, err)
	}
	next := p.rec
	next.Done, next.Sum = p.at, p.sum()
	if err := next.write(p.r.req.Path); err != nil {
		return storageFault(p.r.req.Path, err)
	}
	p.rec = next
	return nil
}

// sum returns the hash so far, in hexadecimal.
func (p *partial) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }

// close closes the file and removes it if it is empty. Bytes that are not recorded are
// dropped by the next transfer.
func (p *partial) close() {
	if p.f == nil {
		return
	}
	p.f.Close()
	p.f = nil
	if p.at == 0 {
		os.Remove(partPath(p.r.req.Path))
	}
}
