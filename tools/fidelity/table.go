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

// measure is the difference of one stage from the reference on one picture.
type measure struct {
	Stage string
	Worst float64
	Bound float64
	Least bool // Worst must not fall below Bound
	Over  bool
}

// resultForm must change when the meaning of stored results does, so that they are
// compared again.
const resultForm = 2

// result is the stored result for one picture.
type result struct {
	Form     int // resultForm
	Build    string
	Picture  string
	Seconds  float64
	Objects  int // in the reference
	Measures []measure
	Notes    []string
	Failed   string
}

// summary lists on one line what exceeds its bound.
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
	atLeast  bool
	over     int // number of pictures over the bound
}

// table holds all comparisons.
type table struct {
	rows    []*row
	notes   []string
	seconds map[string]float64
}

// add adds one picture's result.
func (t *table) add(s subject, r result) {
	if t.seconds == nil {
		t.seconds = map[string]float64{}
	}
	t.seconds[s.model] += r.Seconds
	if r.Failed != "" {
		t.notes = append(t.notes, fmt.Sprintf("%s, %s: %s", s.model, s.container, r.Failed))
		r.Measures = append(r.Measures, measure{Stage: "runs at all", Worst: 1, Bound: 0, Over: true})
	}
	for _, m := range r.Measures {
		t.row(s, m).add(m)
	}
	for _, note := range r.Notes {
		t.notes = append(t.notes, fmt.Sprintf("%s, %s: %s", s.model, s.container, note))
	}
}

// row returns a stage's row, or appends it.
func (t *table) row(s subject, m measure) *row {
	for _, r := range t.rows {
		if r.subject == s && r.stage == m.Stage {
			return r
		}
	}
	r := &row{subject: s, stage: m.Stage, bound: m.Bound, atLeast: m.Least}
	if m.Least {
		r.worst = m.Worst
	}
	t.rows = append(t.rows, r)
	return r
}

func (r *row) add(m measure) {
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

// over returns the number of rows over their bounds.
func (t *table) over() int {
	n := 0
	for _, r := range t.rows {
		if r.over > 0 {
			n++
		}
	}
	return n
}

// models returns the names of the models in the table, each once.
func (t *table) models() []string {
	var names []string
	for _, r := range t.rows {
		if !slices.Contains(names, r.subject.model) {
			names = append(names, r.subject.model)
		}
	}
	return names
}

// cells returns the columns of a row.
func (r *row) cells() []string {
	verdict := "ok"
	if r.over > 0 {
		verdict = fmt.Sprintf("OVER on %d", r.over)
	}
	sign := "≤ "
	if r.atLeast {
		sign = "≥ "
	}
	return []string{r.subject.model, r.subject.container, r.stage, fmt.Sprint(r.pictures), number(r.worst), sign + number(r.bound), verdict}
}

// number formats a figure briefly.
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

// write prints the table for a terminal, and the notes.
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
	_, err := fmt.Fprintf(w, "%d lines, %d over their bounds\n", len(t.rows), t.over())
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
	fmt.Fprintf(w, "\n%d lines, %d over their bounds.\n\n## Decisions near the edge\n\n", len(t.rows), t.over())
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
