package transfer

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"descry/network"
)

func TestWhatAContentRangeSays(t *testing.T) {
	for value, want := range map[string][2]int64{
		"bytes 0-9/10": {0, 10}, "bytes 5-9/10": {5, 10}, "bytes 9-9/10": {9, 10}, "bytes 0-0/1": {0, 1},
		"bytes 5-9/*": {5, 0}, "bytes */10": {-1, 10}, "bytes */0": {-1, 0}, "bytes 0-9/0": {0, 0},
		"BYTES 0-9/10": {0, 10}, "  bytes 0-9/10 ": {0, 10},
	} {
		if first, total, ok := contentRange(value); !ok || first != want[0] || total != want[1] {
			t.Errorf("%q: from %d of %d, %v; want from %d of %d", value, first, total, ok, want[0], want[1])
		}
	}
	for _, value := range []string{
		"", "bytes", "bytes 0-9", "0-9/10", "items 0-9/10", "bytes 0-10/10", "bytes 10-10/10", "bytes 9-8/10", "bytes -9/10", "bytes 0-/10",
		"bytes -1-5/10", "bytes 0-9/-10", "bytes 0-9/x", "bytes x-9/10", "bytes 0-y/10", "bytes 0-99999999999999999999/*",
	} {
		if first, total, ok := contentRange(value); ok || first != 0 || total != 0 {
			t.Errorf("%q: from %d of %d, %v", value, first, total, ok)
		}
	}
}

func TestWhatARecordIsComparedBy(t *testing.T) {
	const date = "Fri, 27 Nov 2026 06:00:00 GMT"
	for _, c := range []struct {
		tag, want string
	}{
		{`"strong"`, `"strong"`}, {`""`, `""`}, {`W/"weak"`, date}, {`"`, date}, {"", date}, {"bare", date},
	} {
		rec := record{ETag: c.tag, LastModified: date}
		if got := rec.validator(); got != c.want {
			t.Errorf("of the tag %s: %s", c.tag, got)
		}
	}
	for name, c := range map[string]struct {
		rec  record
		want bool
	}{
		"nothing": {record{}, false}, "a weak tag": {record{ETag: `W/"x"`}, false}, "a tag": {record{ETag: `"x"`}, true},
		"a date": {record{LastModified: date}, true}, "a hash": {record{Pinned: "x"}, true},
		"the hub's hash": {record{Hub: hubRecord{SHA256: "x"}}, true}, "the hub's blob": {record{Hub: hubRecord{Blob: "x"}}, true},
		"the hub's size": {record{Hub: hubRecord{Size: 5}}, false},
	} {
		if got := c.rec.checkable(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhatAHeaderMayHold(t *testing.T) {
	for value, want := range map[string]bool{
		"": true, " ~": true, "\x1f": false, "\x7f": false, "a\tb": false, "é": false, "a\r\nX: y": false,
		strings.Repeat("x", 1024): true, strings.Repeat("x", 1025): false,
	} {
		if got := headerValue(value); got != want {
			t.Errorf("%.20q (%d bytes): %v", value, len(value), got)
		}
	}
}

func TestARecordMayBeAsLongAsTheFile(t *testing.T) {
	for _, change := range []func(*record){
		func(r *record) { r.Done = r.Total }, func(r *record) { r.Done = 0 }, func(r *record) { r.Total = 0; r.Hub.Size = 0 },
		func(r *record) { r.Pieces = 0 }, func(r *record) { r.Hub = hubRecord{Blob: strings.Repeat("a", 40)} },
	} {
		rec := goodRecord()
		change(&rec)
		text := mustJSON(t, rec)
		if _, err := parseRecord(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPausesDoubleUpToALimit(t *testing.T) {
	least := &Client{Jitter: func(time.Duration) time.Duration { return 0 }}
	most := &Client{Jitter: func(d time.Duration) time.Duration { return d }}
	for n, want := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 4: 8 * time.Second, 5: 16 * time.Second, 6: 30 * time.Second, 7: 30 * time.Second, 60: 30 * time.Second} {
		if a, b := least.pause(n, 0), most.pause(n, 0); a != want/2 || b != want {
			t.Errorf("pause %d is between %v and %v, want %v and %v", n, a, b, want/2, want)
		}
	}
	for asked, want := range map[time.Duration]time.Duration{0: time.Second / 2, time.Second / 4: time.Second / 2, 10 * time.Second: 10 * time.Second, time.Hour: 2 * time.Minute} {
		if got := least.pause(1, asked); got != want {
			t.Errorf("asked to wait for %v it waits for %v", asked, got)
		}
	}
	for range 50 {
		if d := new(Client).pause(3, 0); d < 2*time.Second || d >= 4*time.Second {
			t.Errorf("pause 3 is %v", d)
		}
	}
}

func TestWordsForFiles(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567"} {
		if got := count(n); got != want {
			t.Errorf("%d is written %q", n, got)
		}
	}
	for n, want := range map[uint64]string{0: "0 MB", 1: "1 MB", 1_000_000: "1 MB", 1_000_001: "2 MB", 1_234_000_000: "1,234 MB"} {
		if got := megabytes(n); got != want {
			t.Errorf("%d bytes are written %q", n, got)
		}
	}
	for head, want := range map[string]bool{
		"<!DOCTYPE html>": true, "\ufeff\r\n <HTML lang=en>": true, "<head>": true, "<?xml": false, "": false, "x<html>": false,
		strings.Repeat(" ", 507) + "<html": true, strings.Repeat(" ", 508) + "<html": false, // within 512 bytes
	} {
		if got := looksLikePage([]byte(head)); got != want {
			t.Errorf("%.20q looks like a page: %v", head, got)
		}
	}
	for encoding, want := range map[string]bool{"": true, "identity": true, "Identity": true, "gzip": false} {
		if got := plainEncoding(encoding); got != want {
			t.Errorf("%q is plain: %v", encoding, got)
		}
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestProgressIsToldNowAndThen(t *testing.T) {
	now := time.Unix(1000, 0)
	var told []Progress
	r := &run{c: &Client{Now: func() time.Time { return now }}, req: Request{Bytes: 50}, report: func(p Progress) { told = append(told, p) }}
	for _, c := range []struct {
		after time.Duration
		state State
		now   bool
		want  int // reports until then
	}{
		{0, Connecting, false, 1}, {0, Connecting, false, 1}, {0, Receiving, false, 2}, {99 * time.Millisecond, Receiving, false, 2},
		{time.Millisecond, Receiving, false, 3}, {0, Receiving, true, 4}, {99 * time.Millisecond, Receiving, false, 4}, {0, Checking, false, 5}, {0, Receiving, false, 6},
	} {
		now = now.Add(c.after)
		r.hashed = 7
		if r.notify(c.state, "note", c.now); len(told) != c.want {
			t.Errorf("%+v: told %d times", c, len(told))
		}
		last := told[len(told)-1]
		if want := map[State]int64{Checking: 7}[last.State]; last.Done != want || last.Total != 50 || last.Note != "note" {
			t.Errorf("%+v: %+v", c, last)
		}
	}
}

func TestWhatAHubSaysOfAFile(t *testing.T) {
	hash, commit, blob := strings.Repeat("a", 64), strings.Repeat("b", 40), strings.Repeat("c", 40)
	header := func(pairs ...string) network.Header {
		h := network.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	for name, c := range map[string]struct {
		header network.Header
		want   hubRecord
	}{
		"nothing":                  {header(), hubRecord{}},
		"a large file":             {header("X-Linked-Etag", `"`+hash+`"`, "X-Linked-Size", "9", "X-Repo-Commit", commit, "ETag", blob), hubRecord{SHA256: hash, Size: 9, Revision: commit}},
		"a large file in capitals": {header("X-Linked-Etag", `W/"`+strings.ToUpper(hash)+`"`), hubRecord{SHA256: hash}},
		"no size":                  {header("X-Linked-Etag", hash, "X-Linked-Size", "0"), hubRecord{SHA256: hash}},
		"a negative size":          {header("X-Linked-Etag", hash, "X-Linked-Size", "-9"), hubRecord{SHA256: hash}},
		"a size alone":             {header("X-Linked-Size", "9"), hubRecord{}},
		"a small file":             {header("X-Repo-Commit", commit, "ETag", `"`+blob+`"`), hubRecord{Revision: commit, Blob: blob}},
		"a tag alone":              {header("ETag", `"`+blob+`"`), hubRecord{}},
		"another tag":              {header("X-Repo-Commit", commit, "ETag", `"x"`), hubRecord{Revision: commit}},
		"a link that is no hash":   {header("X-Repo-Commit", commit, "X-Linked-Etag", `"x"`, "ETag", blob), hubRecord{Revision: commit}},
		"no commit":                {header("X-Repo-Commit", "main", "ETag", blob), hubRecord{}},
	} {
		if got := hubHeaders(c.header); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
