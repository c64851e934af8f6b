package transfer

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

func goodRecord() record {
	return record{
		Format: recordFormat, URL: "https://huggingface.co/a/b/resolve/main/w.bin", Pinned: sumOf([]byte("p")), ETag: `"tag"`,
		LastModified: "Fri, 27 Nov 2026 06:00:00 GMT", Total: 100, Hub: hubRecord{SHA256: sumOf([]byte("h")), Size: 100, Revision: "82a37760796d32b1411fe092ab5d4e227313294b"},
		Done: 40, Sum: sumOf([]byte("d")), Pieces: 2,
	}
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bin")
	want := goodRecord()
	if err := want.write(path); err != nil {
		t.Fatal(err)
	}
	text, err := readSmall(recordPath(path))
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseRecord(text)
	if err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := os.WriteFile(recordPath(path), bytes.Repeat([]byte(" "), maxRecord+1), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := readSmall(recordPath(path)); err == nil {
		t.Error("a record of any length is read")
	}
}

func TestRecordsThatCannotBeAreRefused(t *testing.T) {
	for name, change := range map[string]func(*record){
		"more than all":   func(r *record) { r.Done = 101 },
		"negative":        func(r *record) { r.Done = -1 },
		"negative total":  func(r *record) { r.Total = -1 },
		"negative pieces": func(r *record) { r.Pieces = -1 },
		"format":          func(r *record) { r.Format = 0 },
		"hash":            func(r *record) { r.Sum = "x" },
		"hub's hash":      func(r *record) { r.Hub.SHA256 = "x" },
		"hub's blob":      func(r *record) { r.Hub.Blob = "x" },
		"tag":             func(r *record) { r.ETag = "\"a\nb\"" },
		"date":            func(r *record) { r.LastModified = "\x00" },
		"revision":        func(r *record) { r.Hub.Revision = "é" },
		"address":         func(r *record) { r.URL = "http://\x7f" },
	} {
		rec := goodRecord()
		change(&rec)
		text, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parseRecord(text); err == nil {
			t.Errorf("%s: %+v was taken", name, got)
		}
	}
}

// Any record file is either rejected or yields a valid request.
func FuzzParseRecord(f *testing.F) {
	rec := goodRecord()
	text, _ := json.Marshal(rec)
	f.Add(text)
	f.Add([]byte(`{"format":1,"done":9223372036854775807,"sha256_so_far":""}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := parseRecord(text)
		if err != nil {
			return
		}
		if rec.Done < 0 || rec.Total > 0 && rec.Done > rec.Total || !hexSHA256.MatchString(rec.Sum) {
			t.Errorf("%+v was taken", rec)
		}
		req, err := http.NewRequest(http.MethodGet, "http://localhost/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("If-Range", rec.validator())
		var wire bytes.Buffer
		if err := req.Write(&wire); err != nil {
			t.Errorf("%+v cannot be sent: %v", rec, err)
		}
		if n := bytes.Count(wire.Bytes(), []byte("\r\n")); n > 5 {
			t.Errorf("%+v makes %d lines: %q", rec, n, wire.String())
		}
		again, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := parseRecord(again); err != nil || !reflect.DeepEqual(back, rec) {
			t.Errorf("%+v became %+v, %v", rec, back, err)
		}
	})
}

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/10", "bytes */10", "bytes 5-5/*", "bytes 9-1/10", "items 0-9/10", "bytes 0-99999999999999999999/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		first, total, ok := contentRange(s)
		if ok && (first < -1 || total < 0 || total > 0 && first >= total) {
			t.Errorf("%q is %d of %d", s, first, total)
		}
	})
}
