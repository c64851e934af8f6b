package transfer

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A transfer continues a partial file only if its record is of the same request and of
// the same bytes.
func TestWhatIsGoneOnWith(t *testing.T) {
	content := seeded(3, 50) // 40 recorded, 10 that came afterwards
	base := goodRecord()
	base.Done, base.Sum = 40, sumOf(content[:40])
	for name, c := range map[string]struct {
		change func(*record, *Request)
		cut    int // bytes missing in the file
		want   int64
	}{
		"all is well":                {func(*record, *Request) {}, 0, 40},
		"as long as the file is":     {func(r *record, q *Request) { r.Total, q.Bytes = 40, 40 }, 0, 40},
		"as long as is asked for":    {func(r *record, q *Request) { r.Total, q.Bytes = 0, 40 }, 0, 40},
		"longer than is asked for":   {func(r *record, q *Request) { r.Total, q.Bytes = 0, 39 }, 0, 0},
		"another length":             {func(r *record, q *Request) { q.Bytes = 99 }, 0, 0},
		"no length is asked for":     {func(r *record, q *Request) { q.Bytes = 0 }, 0, 40},
		"another address":            {func(r *record, q *Request) { r.URL += "x" }, 0, 0},
		"another hash":               {func(r *record, q *Request) { q.SHA256 = sumOf([]byte("other")) }, 0, 0},
		"nothing recorded":           {func(r *record, q *Request) { r.Done = 0 }, 0, 0},
		"nothing to compare with":    {func(r *record, q *Request) { *r = record{Format: 1, URL: r.URL, Done: 40, Sum: r.Sum}; q.SHA256 = "" }, 0, 0},
		"a date to compare with":     {func(r *record, q *Request) { r.ETag, r.Pinned, r.Hub, q.SHA256 = "", "", hubRecord{}, "" }, 0, 40},
		"other bytes":                {func(r *record, q *Request) { r.Sum = sumOf(content[:39]) }, 0, 0},
		"fewer bytes than recorded":  {func(*record, *Request) {}, 11, 0},
		"just the bytes recorded":    {func(*record, *Request) {}, 10, 40},
		"a record of another format": {func(r *record, q *Request) { r.Format = 2 }, 0, 0},
	} {
		rec, path := base, filepath.Join(t.TempDir(), "w.bin")
		req := Request{URL: rec.URL, Path: path, SHA256: rec.Pinned, Bytes: rec.Total}
		c.change(&rec, &req)
		if err := os.WriteFile(partPath(path), content[:50-c.cut], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := rec.write(path); err != nil {
			t.Fatal(err)
		}
		r := &run{c: &Client{}, req: req, report: func(Progress) {}}
		p, err := openPartial(context.Background(), r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := record{Format: recordFormat, URL: req.URL, Pinned: req.SHA256}
		if c.want > 0 {
			want = rec
		}
		if p.at != c.want || p.rec != want || p.sum() != sumOf(content[:c.want]) || r.part != p {
			t.Errorf("%s: from byte %d, record %+v; want from %d", name, p.at, p.rec, c.want)
		}
		if info, err := os.Stat(partPath(path)); err != nil || info.Size() != c.want {
			t.Errorf("%s: the file is left with %v, %v", name, info, err)
		}
		// Writing continues from there.
		if err := p.write([]byte("more")); err != nil {
			t.Error(err)
		}
		p.close()
		if text, err := os.ReadFile(partPath(path)); err != nil || !bytes.Equal(text, append(bytes.Clone(content[:c.want]), "more"...)) {
			t.Errorf("%s: the file holds %d bytes, %v", name, len(text), err)
		}
	}
}

// A record is written after a second or after many bytes, whichever comes first.
func TestWhenAPartialFileIsRecorded(t *testing.T) {
	now := time.Unix(1000, 0)
	path := filepath.Join(t.TempDir(), "w.bin")
	r := &run{c: &Client{Now: func() time.Time { return now }}, req: Request{URL: "https://huggingface.co/x", Path: path, SHA256: sumOf(nil)}, report: func(Progress) {}}
	p, err := openPartial(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, c := range []struct {
		after time.Duration
		bytes int
		want  int64 // recorded then
	}{
		{0, 10, 0}, {saveEvery - 1, 10, 0}, {1, 10, 30}, {saveEvery - 1, 10, 30}, {0, saveBytes - 11, 30}, {0, 1, 30 + saveBytes}, {saveEvery, 5, 35 + saveBytes},
	} {
		now = now.Add(c.after)
		if err := p.write(make([]byte, c.bytes)); err != nil {
			t.Fatal(err)
		}
		done, _ := Partial(path)
		if done != c.want {
			t.Errorf("%+v: %d bytes are recorded", c, done)
		}
	}
}
