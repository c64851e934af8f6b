package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// measure is how far one stage is from the reference on one picture.
type measure struct {
	Stage string
	Worst float64
	Bound float64
	Least bool // Worst may not fall below Bound
	Over  bool
}

// result is what one picture gave, as it is kept.
type result struct {
	Build    string
	Picture  string
	Seconds  float64
	Decoded  float64 // share of the decoder's values that are not Pillow's
	Objects  int     // in the reference
	Moved    int     // results that only the decoder's rounding moved
	Measures []measure
	Notes    []string
	Failed   string
}

// summary says on one line what is over its bound.
func (r result) summary() string {
	if r.Failed != "" {
		return ": " + r.Failed
	}
	text := ""
	for _, m := range r.Measures {
		if m.Over {
			text += fmt.Sprintf("; %s %.2g over %.2g", m.Stage, m.Worst, m.Bound)
		}
	}
	return text
}

// row is one line of the table: a stage over all pictures of a container.
type row struct {
	subject  subject
	stage    string
	pictures int
	worst    float64
	bound    float64
	least    bool
	over     int // pictures
	moved    int // pictures, of a line "from the file", whose result the decoder's rounding moved
}

// fromFile begins the lines of the whole way from a file by Descry's own decoder.
const fromFile = "from the file: "

// table is all that was compared.
type table struct {
	rows    []*row
	notes   []string
	moved   []string // containers with results that the decoder's rounding moved
	seconds map[string]float64
}

// add files one picture's result.
func (t *table) add(s subject, r result) {
	if t.seconds == nil {
		t.seconds = map[string]float64{}
	}
	t.seconds[s.model] += r.Seconds
	if r.Failed != "" {
		t.notes = append(t.notes, fmt.Sprintf("%s, %s: %s", s.model, s.container, r.Failed))
		r.Measures = append(r.Measures, measure{Stage: "runs at all", Worst: 1, Bound: 0, Over: true})
	}
	moved := r.Moved
	for _, m := range r.Measures {
		r := t.row(s, m)
		r.take(m)
		if strings.HasPrefix(m.Stage, fromFile) {
			r.moved += moved
		}
	}
	for _, note := range r.Notes {
		t.notes = append(t.notes, fmt.Sprintf("%s, %s: %s", s.model, s.container, note))
	}
	for range r.Moved {
		t.moved = append(t.moved, s.model+", "+s.container)
	}
}

// row finds a stage's line, or makes it behind those of its container.
func (t *table) row(s subject, m measure) *row {
	for _, r := range t.rows {
		if r.subject == s && r.stage == m.Stage {
			return r
		}
	}
	r := &row{subject: s, stage: m.Stage, bound: m.Bound, least: m.Least}
	if m.Least {
		r.worst = m.Worst
	}
	t.rows = append(t.rows, r)
	return r
}

func (r *row) take(m measure) {
	r.pictures++
	if m.Over {
		r.over++
	}
	switch {
	case m.Least:
		r.worst = min(r.worst, m.Worst)
	default:
		r.worst = worse(r.worst, m.Worst)
	}
}

// over counts the lines over their bounds.
func (t *table) over() int {
	n := 0
	for _, r := range t.rows {
		if r.over > 0 {
			n++
		}
	}
	return n
}

// models names the models of the table, each once.
func (t *table) models() []string {
	var names []string
	for _, r := range t.rows {
		if !slices.Contains(names, r.subject.model) {
			names = append(names, r.subject.model)
		}
	}
	return names
}

// cells are a line's.
func (r *row) cells() []string {
	verdict := "ok"
	if r.over > 0 {
		verdict = fmt.Sprintf("OVER on %d", r.over)
	}
	worst := number(r.worst)
	if r.moved > 0 {
		worst = "listed below"
		verdict += fmt.Sprintf(", but for %d moved by the decoder", r.moved)
	}
	sign := "≤ "
	if r.least {
		sign = "≥ "
	}
	return []string{r.subject.model, r.subject.container, r.stage, fmt.Sprint(r.pictures), worst, sign + number(r.bound), verdict}
}

// number writes a figure shortly.
func number(v float64) string {
	switch {
	case v == float64(int64(v)):
		return fmt.Sprint(int64(v))
	case v >= 0.9 && v < 1:
		return fmt.Sprintf("%.5f", v)
	case v >= 1e-3:
		return fmt.Sprintf("%.3g", v)
	}
	return fmt.Sprintf("%.1e", v)
}

var columns = []string{"model", "container", "stage", "pictures", "worst difference", "bound", "verdict"}

// write prints the table for a terminal, and what was noted.
func (t *table) write(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(tab, strings.Join(columns, "\t"))
	for _, r := range t.rows {
		fmt.Fprintln(tab, strings.Join(r.cells(), "\t"))
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, note := range t.notes {
		fmt.Fprintln(w, "note:", note)
	}
	_, err := fmt.Fprintf(w, "%d lines, %d over their bounds; %d results moved by the JPEG decoder's rounding\n", len(t.rows), t.over(), len(t.moved))
	return err
}

// document writes docs/fidelity.md.
func (t *table) document(w io.Writer, dir string) error {
	var times map[string]float64
	if err := readJSON(filepath.Join(dir, "times.json"), &times); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s\n", preface)
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, r := range t.rows {
		fmt.Fprintf(w, "| %s |\n", strings.Join(r.cells(), " | "))
	}
	fmt.Fprintf(w, "\n%d lines, %d over their bounds.\n\n## What the JPEG decoder moved\n\n", len(t.rows), t.over())
	fmt.Fprintf(w, "%d results differ only when the picture comes through Descry's own JPEG decoder, whose inverse cosine transform rounds otherwise than libjpeg's.\n", len(t.moved))
	fmt.Fprint(w, "They are among the decisions listed here; none counts as a difference of the models.\n\n## Decisions near the edge, and what was moved\n\n")
	for _, note := range t.notes {
		fmt.Fprintf(w, "- %s\n", note)
	}
	if len(t.notes) == 0 {
		fmt.Fprintln(w, "None.")
	}
	fmt.Fprintf(w, "\n## The time it took\n\nOn %s/%s, with other work beside it; seconds of wall clock.\n\n| model | the official code, weights made included | Descry, all containers |\n|---|---|---|\n", runtime.GOOS, runtime.GOARCH)
	official, own := 0.0, 0.0
	for _, name := range t.models() {
		fmt.Fprintf(w, "| %s | %.0f | %.0f |\n", name, times[name], t.seconds[name])
		official, own = official+times[name], own+t.seconds[name]
	}
	_, err := fmt.Fprintf(w, "| all | %.0f | %.0f |\n", official, own)
	return err
}
