package store

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"descry/internal/failure"
	"descry/models"
	"descry/models/catalogue"
)

const (
	downloads = ".download"        // the folder of partial archives, in the folder of runtimes
	needsFile = "REQUIREMENTS.txt" // what else must be installed, next to an unpacked library

	maxUnpacked = 4 << 30 // bytes of an archive's files
	maxMembers  = 10_000
)

// bringRuntime downloads an archive of ONNX Runtime, unless Import found it, and
// unpacks it to <cache>/onnxruntime/NAME-VERSION/, whose lib/ holds the library.
func (j *job) bringRuntime() error {
	if !j.s.RunsHere(j.m) {
		return failure.New(failure.Model, "download", j.m.Name, "it is for %s; this is %s", j.m.System, j.s.system()).WithHint("Name the library of this system with --ort FILE.")
	}
	f := j.m.Files[0]
	archive := filepath.Join(j.s.Runtime, downloads, f.Name)
	if g, ok := j.files[f.Name]; ok {
		return j.unpack(g.path)
	}
	result, err := j.fetch(f, archive)
	if err != nil {
		return err
	}
	if !agrees(f, result.SHA256) {
		return j.refuse(f, archive, result.SHA256)
	}
	if err := j.unpack(archive); err != nil {
		return err
	}
	return explain("remove", archive, os.Remove(archive))
}

// RunsHere reports whether a model can be used on this system. A library may be for
// another one.
func (s *Store) RunsHere(m catalogue.Model) bool { return m.System == "" || m.System == s.system() }

func (s *Store) system() string {
	if s.System != "" {
		return s.System
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}

// unpack unpacks an archive into a temporary folder, records the files, and then
// renames the folder.
func (j *job) unpack(archive string) error {
	j.notify(Progress{Model: j.m.Name, File: filepath.Base(archive), Stage: Unpacking, Total: j.m.Bytes()})
	if err := os.MkdirAll(j.s.Runtime, 0o777); err != nil {
		return storageFailure("unpack", j.s.Runtime, err)
	}
	beside, err := os.MkdirTemp(j.s.Runtime, ".unpack-*")
	if err != nil {
		return storageFailure("unpack", j.s.Runtime, err)
	}
	defer os.RemoveAll(beside)
	if err := j.untar(archive, beside); err != nil {
		var f *failure.Failure
		if errors.As(err, &f) || j.ctx.Err() != nil {
			return err
		}
		return storageFailure("unpack", archive, err)
	}
	if err := os.WriteFile(filepath.Join(beside, needsFile), []byte(j.m.Needs+"\n"), 0o666); err != nil { // for people
		return storageFailure("unpack", beside, err)
	}
	if err := j.recordTree(beside); err != nil {
		return err
	}
	if err := os.RemoveAll(j.dir); err != nil {
		return storageFailure("unpack", j.dir, err)
	}
	if err := os.Rename(beside, j.dir); err != nil {
		return storageFailure("unpack", j.dir, err)
	}
	j.before = j.m.Bytes()
	return nil
}

// recordTree records the sums of the unpacked files for Verify.
func (j *job) recordTree(dir string) error {
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		r, err := hashFile(j.ctx, p, nil)
		if err == nil {
			r.Pinned = true // from an archive whose sum is pinned
			j.record.Files[filepath.ToSlash(rel)] = r
		}
		return err
	})
	if err != nil {
		return storageFailure("unpack", dir, err)
	}
	return explain("unpack", dir, j.record.Write(dir))
}

// untar unpacks the libraries and notices of a .tgz. It accepts regular files and links
// to files in the same folder; any other member, and any path outside the folder, is an
// error.
func (j *job) untar(archive, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(&reader{j.ctx, f, 0, nil})
	if err != nil {
		return damagedArchive(archive, err)
	}
	left := int64(maxUnpacked)
	members, libraries := 0, 0
	for t := tar.NewReader(z); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if members++; err != nil || members > maxMembers {
			return damagedArchive(archive, err)
		}
		_, inside, _ := strings.Cut(path.Clean(head.Name), "/") // strip the folder named like the archive
		if !wanted(inside) {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(inside)) {
			return damagedArchive(archive, failure.Worded(nil, "it has a member %q", head.Name))
		}
		if left -= head.Size; left < 0 {
			return damagedArchive(archive, failure.Worded(nil, "its files are too large"))
		}
		if err := place(t, head, filepath.Join(dir, filepath.FromSlash(inside))); err != nil {
			return err
		}
		if strings.HasPrefix(inside, "lib/") {
			libraries++
		}
	}
	if libraries == 0 {
		return damagedArchive(archive, failure.Worded(nil, "it has no lib/"))
	}
	return nil
}

// wanted reports whether a member of the archive is unpacked: the libraries and their
// notices, but not the headers.
func wanted(inside string) bool {
	return strings.HasPrefix(inside, "lib/lib") && !strings.Contains(strings.TrimPrefix(inside, "lib/"), "/") ||
		inside == "LICENSE" || inside == "ThirdPartyNotices.txt"
}

// place writes one member of an archive.
func place(r io.Reader, head *tar.Header, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	switch head.Typeflag {
	case tar.TypeReg:
		f, err := os.OpenFile(target, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o777)
		if err != nil {
			return err
		}
		_, err = io.Copy(f, r)
		return errors.Join(err, f.Sync(), f.Close())
	case tar.TypeSymlink:
		if head.Linkname == "" || strings.ContainsAny(head.Linkname, `/\`) || head.Linkname == ".." {
			return failure.Worded(nil, "the link %s leaves its folder", filepath.Base(target))
		}
		return os.Symlink(head.Linkname, target)
	}
	return failure.Worded(nil, "the member %s is neither a file nor a link", filepath.Base(target))
}

func damagedArchive(archive string, err error) error {
	f := failure.New(failure.Model, "unpack", archive, "the archive is damaged")
	if err != nil {
		f = failure.New(failure.Model, "unpack", archive, "the archive is damaged: %s", err)
	}
	return f.WithHint("Remove it and download it again.")
}

// Library returns the folder of an installed library of ONNX Runtime, or "".
func (s *Store) Library(name string) string {
	m, ok := s.Catalogue.Model(name)
	if !ok || m.For != catalogue.ForRuntime {
		return ""
	}
	dir, ok := s.installed(m)
	if !ok {
		return ""
	}
	if _, err := models.ReadRecord(dir); err != nil {
		return ""
	}
	return filepath.Join(dir, "lib")
}
