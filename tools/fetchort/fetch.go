package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// known reports whether the file at path is the library of the release or of
// the npm package.
func (l library) known(path string) bool {
	sum, err := sumFile(path, sha256.New())
	got := hex.EncodeToString(sum)
	return err == nil && (got == l.sha || got == l.npmSHA)
}

// fromRelease downloads the official archive and puts its library at target.
func (l library) fromRelease(ctx context.Context, base, target string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/"+l.archive, nil)
	if err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
	}}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", req.URL, resp.Status)
	}
	if resp.ContentLength > maxArchive {
		return fmt.Errorf("%s has %d bytes, more than any release", req.URL, resp.ContentLength)
	}
	archive, err := os.CreateTemp("", "onnxruntime-*.archive")
	if err != nil {
		return err
	}
	defer os.Remove(archive.Name())
	defer archive.Close()
	if err := copyAtMost(archive, resp.Body, maxArchive); err != nil {
		return err
	}
	return extract(archive.Name(), l.archive, l.member, l.sha, target)
}

// fromNPM downloads the package with npm and puts its library at target.
func (l library) fromNPM(ctx context.Context, target string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not installed")
	}
	dir, err := os.MkdirTemp("", "onnxruntime-npm-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := exec.CommandContext(ctx, npm, "pack", npmPackage, "--pack-destination", dir, "--silent")
	cmd.Dir = dir // outside the project, so that its package.json is not used
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("npm pack %s: %w: %s", npmPackage, err, strings.TrimSpace(string(text)))
	}
	packs, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(packs) != 1 {
		return fmt.Errorf("npm pack %s left %d packages", npmPackage, len(packs))
	}
	sum, err := sumFile(packs[0], sha512.New())
	if err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(sum); got != npmIntegrity {
		return fmt.Errorf("the package's SHA-512 is %s, pinned is %s", got, npmIntegrity)
	}
	return extract(packs[0], packs[0], l.npm, l.npmSHA, target)
}

// extract puts one member of a .tgz or .zip at target, if its hash is sha.
func extract(path, name, member, sha, target string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if strings.HasSuffix(name, ".zip") {
		info, err := f.Stat()
		if err != nil {
			return err
		}
		z, err := zip.NewReader(f, info.Size())
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		r, err := z.Open(member)
		if err != nil {
			return fmt.Errorf("%s holds no %s", name, member)
		}
		defer r.Close()
		return place(r, sha, target)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for t := tar.NewReader(z); ; {
		head, err := t.Next()
		if err == io.EOF {
			return fmt.Errorf("%s holds no %s", name, member)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if head.Name == member && head.Typeflag == tar.TypeReg {
			return place(t, sha, target)
		}
	}
}

// place writes r next to target, checks its hash, and renames it to target.
func place(r io.Reader, sha, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), ".fetchort-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	h := sha256.New()
	if err := copyAtMost(io.MultiWriter(tmp, h), r, maxLibrary); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); sha != "" && got != sha {
		return fmt.Errorf("%s: the SHA-256 is %s, pinned is %s", filepath.Base(target), got, sha)
	}
	if err := errors.Join(tmp.Chmod(0o755), tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}

// copyFile copies a library whose hash has been checked.
func copyFile(from, to string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	return place(f, "", to)
}

// copyAtMost copies r to w and fails if there are more than most bytes.
func copyAtMost(w io.Writer, r io.Reader, most int64) error {
	n, err := io.Copy(w, io.LimitReader(r, most+1))
	if err == nil && n > most {
		err = fmt.Errorf("more than %d bytes", most)
	}
	return err
}

// sumFile returns the hash of the file at path.
func sumFile(path string, h hash.Hash) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return nil, err
	}
	return h.Sum(nil), nil
}
