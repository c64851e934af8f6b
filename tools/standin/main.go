// Command standin is a local server of models, for screenshots and the test of the
// Models page, which must not contact a model hub.
//
//	standin -address FILE -catalogue FILE [-rate BYTES] [-starter FOLDER]
//
// It writes its address and a catalogue file, and serves two things. Below /small/
// are the built-in models' own files under other names, listed in the catalogue
// file as little-blip, little-maskrcnn, little-deeplab and wrong-blip (whose bytes
// differ from the catalogue's hash): they are fetched, checked and run for real.
// All other paths are those of a mirror (DESCRY_MIRROR), HOST/PATH: zeros in the
// official file's size, for showing a download, which never pass as the model.
// -rate limits the speed; Range and If-Range are supported.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"descry/models/arch"
	"descry/models/catalogue"
)

func main() {
	addressFile := flag.String("address", "", "write the server's address to this file")
	catalogueFile := flag.String("catalogue", "", "write the catalogue to this file")
	rate := flag.Int64("rate", 0, "bytes a second; 0: as fast as it goes")
	starter := flag.String("starter", "resources/starter", "folder of the built-in models")
	flag.Parse()
	if err := run(*addressFile, *catalogueFile, *starter, *rate); err != nil {
		log.Fatal(err)
	}
}

func run(addressFile, catalogueFile, starter string, rate int64) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	list, err := entries(base, starter)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	for _, f := range []struct {
		path string
		text []byte
	}{{catalogueFile, text}, {addressFile, []byte(base)}} { // the address last: when it exists, both do
		if err := os.WriteFile(f.path, f.text, 0o600); err != nil {
			return err
		}
	}
	return http.Serve(listener, &server{starter: starter, rate: rate})
}

// little lists the stand-ins: a name, its task and architecture, its folder.
var little = []struct{ name, title, task, architecture, folder string }{
	{"little-blip", "Little BLIP", catalogue.ForCaption, arch.NameBLIP, "blip"},
	{"little-maskrcnn", "Little Mask R-CNN", catalogue.ForInstances, arch.NameMaskRCNN, "maskrcnn"},
	{"little-deeplab", "Little DeepLab", catalogue.ForClasses, arch.NameDeepLabV3ResNet, "deeplabv3"},
	{"wrong-blip", "Wrong BLIP", catalogue.ForCaption, arch.NameBLIP, "blip"},
}

// roles maps the built-in models' files to their roles.
var roles = map[string]string{
	"config.json": catalogue.RoleConfig, "model.fp16.safetensors": catalogue.RoleWeights,
	"preprocessor_config.json": catalogue.RolePreprocessor, "vocab.txt": catalogue.RoleVocabulary,
}

// catalogueJSON is the format of a catalogue file.
type catalogueJSON struct {
	Format int `json:"format"`
	catalogue.Catalogue
}

// entries returns the stand-ins with the hashes of their files.
func entries(base, starter string) (catalogueJSON, error) {
	list := catalogueJSON{Format: 1}
	for _, l := range little {
		m := catalogue.Model{Name: l.name, Title: l.title, For: l.task, Architecture: l.architecture, Licence: "BSD-3-Clause", LicenceText: "The licence of a stand-in.\n", Memory: 50e6, GMAC: 1}
		files, err := os.ReadDir(filepath.Join(starter, l.folder))
		if err != nil {
			return list, err
		}
		for _, f := range files {
			text, err := os.ReadFile(filepath.Join(starter, l.folder, f.Name()))
			if err != nil {
				return list, err
			}
			sum := sha256.Sum256(text)
			m.Files = append(m.Files, catalogue.File{Name: f.Name(), URL: base + "/small/" + l.name + "/" + f.Name(), Role: roles[f.Name()],
				Bytes: int64(len(text)), SHA256: hex.EncodeToString(sum[:])})
		}
		list.Models = append(list.Models, m)
	}
	return list, nil
}

type server struct {
	starter string
	rate    int64
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/")
	content, size, err := s.content(path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(path, size)))
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(&slow{w, s.rate, time.Now(), 0}, r, "", time.Time{}, content)
}

// content returns the file at a path of the server.
func (s *server) content(path string) (io.ReadSeeker, int64, error) {
	_, rest, small := strings.Cut("/"+path, "/small/") // requests to a mirror are for HOST/small/…
	if !small {
		return officialSize(path)
	}
	name, base, _ := strings.Cut(rest, "/")
	for _, l := range little {
		if l.name != name {
			continue
		}
		text, err := os.ReadFile(filepath.Join(s.starter, l.folder, filepath.Base(base)))
		if err != nil {
			return nil, 0, err
		}
		if name == "wrong-blip" {
			text[len(text)/2] ^= 1
		}
		return strings.NewReader(string(text)), int64(len(text)), nil
	}
	return nil, 0, errors.New("there is no such model")
}

// officialSize returns as many zeros as the official file at HOST/PATH has bytes.
func officialSize(path string) (io.ReadSeeker, int64, error) {
	for _, m := range catalogue.Official().Models {
		for _, f := range m.Files {
			if f.URL == "https://"+path {
				return io.NewSectionReader(zeros{}, 0, f.Size()), f.Size(), nil
			}
		}
	}
	return nil, 0, errors.New("there is no such file")
}

// zeros is an endless file of zeros.
type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}

// slow limits writes to a rate. It has no ReadFrom, so that all writes are limited.
type slow struct {
	http.ResponseWriter
	rate  int64
	since time.Time
	sent  int64
}

func (s *slow) Write(p []byte) (int, error) {
	n, err := s.ResponseWriter.Write(p)
	s.sent += int64(n)
	if s.rate > 0 {
		due := s.since.Add(time.Duration(float64(s.sent) / float64(s.rate) * float64(time.Second)))
		time.Sleep(time.Until(due))
	}
	return n, err
}
