package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"descry/internal/atomicfile"
)

const (
	recordFormat = 1
	maxRecord    = 64 << 10 // bytes of a record file
)

// record is the content of PATH.part.json, which describes PATH.part.
type record struct {
	Format       int       `json:"format"`
	URL          string    `json:"url"`              // as requested, before any mirror
	Pinned       string    `json:"pinned,omitempty"` // the requested hash
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"last_modified,omitempty"`
	Total        int64     `json:"total,omitempty"` // 0: unknown
	Hub          hubRecord `json:"hub,omitzero"`
	// Done is the number of bytes on disk, Sum their SHA-256.
	Done int64  `json:"done"`
	Sum  string `json:"sha256_so_far"`
	// Pieces is the number of responses that the bytes are from. Several may be
	// from different versions of a file if the server is wrong.
	Pieces int `json:"pieces"`
}

func partPath(path string) string   { return path + ".part" }
func recordPath(path string) string { return path + ".part.json" }

// validator returns the value for If-Range: a strong ETag, else the date.
func (rec *record) validator() string {
	if len(rec.ETag) > 1 && rec.ETag[0] == '"' {
		return rec.ETag
	}
	return rec.LastModified
}

// checkable reports whether a mismatch between the received bytes and the remaining
// ones would be detected, by a validator or by a hash.
func (rec *record) checkable() bool {
	return rec.validator() != "" || rec.Pinned != "" || rec.Hub.SHA256 != "" || rec.Hub.Blob != ""
}

// parseRecord parses and validates a record, since it determines the request to the
// server and which bytes are trusted.
func parseRecord(text []byte) (*record, error) {
	var rec record
	if err := json.Unmarshal(text, &rec); err != nil {
		return nil, err
	}
	for _, value := range []string{rec.ETag, rec.LastModified, rec.Hub.Revision} {
		if !headerValue(value) {
			return nil, errors.New("a value that no header can hold")
		}
	}
	_, err := url.Parse(rec.URL)
	switch {
	case err != nil:
		return nil, err
	case rec.Format != recordFormat:
		return nil, fmt.Errorf("format %d is unknown", rec.Format)
	case rec.Done < 0 || rec.Total < 0 || rec.Pieces < 0 || rec.Total > 0 && rec.Done > rec.Total:
		return nil, fmt.Errorf("%d of %d bytes in %d pieces cannot be", rec.Done, rec.Total, rec.Pieces)
	case !hexSHA256.MatchString(rec.Sum):
		return nil, errors.New("the hash is not 64 hexadecimal digits")
	case rec.Hub.SHA256 != "" && !hexSHA256.MatchString(rec.Hub.SHA256), rec.Hub.Blob != "" && !hexSHA1.MatchString(rec.Hub.Blob):
		return nil, errors.New("the hub's hash is none")
	}
	return &rec, nil
}

// headerValue reports whether s is allowed in a request's header.
func headerValue(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= 1024
}

// write writes the record next to the partial file, whole or not at all.
func (rec *record) write(path string) error {
	return atomicfile.Write(recordPath(path), atomicfile.Overwrite, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(rec)
	})
}

// readSmall reads a file of at most maxRecord bytes.
func readSmall(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err == nil && len(text) > maxRecord {
		err = errors.New("longer than any record")
	}
	return text, err
}
