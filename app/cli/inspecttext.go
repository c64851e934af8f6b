package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"descry/inference"
	"descry/internal/failure"
	"descry/internal/message"
	"descry/models"
	"descry/models/identify"
)

// trialSet returns a model set of one file of weights and the files next to it. A
// captioner without a vocabulary gets a temporary one of numbers, so that it can be
// run; done removes it.
func trialSet(r identify.Report) (set *models.Set, done func(), err error) {
	done = func() {}
	common := models.Common{Set: r.Path, Architecture: r.Architecture, Weights: r.Path, Config: r.Config}
	set = &models.Set{Name: r.Path, Dir: filepath.Dir(r.Path)}
	switch inference.Task(r.Task) {
	case inference.TaskInstances:
		set.Instances = &models.InstancesSpec{Common: common}
	case inference.TaskClasses:
		set.Classes = &models.ClassesSpec{Common: common}
	default:
		set.Caption = &models.CaptionSpec{Common: common, Vocabulary: filepath.Join(set.Dir, "vocab.txt")}
		if _, err := os.Stat(set.Caption.Vocabulary); err != nil {
			set.Caption.Vocabulary, done, err = numberedVocabulary()
			return set, done, err
		}
	}
	return set, done, nil
}

// numberedVocabulary writes a vocabulary in which each word is its own number.
func numberedVocabulary() (path string, done func(), err error) {
	dir, err := os.MkdirTemp("", "descry-vocabulary-*")
	if err != nil {
		return "", func() {}, failure.Wrap(failure.Unwritable, "write", "", err, "")
	}
	done = func() { os.RemoveAll(dir) }
	words := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]"}
	for i := len(words); i < 128; i++ {
		words = append(words, fmt.Sprintf("#%d", i))
	}
	path = filepath.Join(dir, "vocab.txt")
	if err = os.WriteFile(path, []byte(strings.Join(words, "\n")+"\n"), 0o600); err != nil {
		done()
		return "", func() {}, failure.Wrap(failure.Unwritable, "write", path, err, "")
	}
	return path, done, nil
}

// trialResult summarizes the result of the one task that ran.
func trialResult(d *inference.Description) string {
	switch {
	case d.Caption != nil:
		h := d.Caption.Hypotheses[0]
		return message.Sprintf("a caption of %d tokens: %q", len(h.TokenIDs), h.Text)
	case d.Instances != nil:
		if items := d.Instances.Items; len(items) > 0 {
			return message.Sprintf("%d objects, the surest %q with %.2f", len(items), items[0].Label, items[0].Score)
		}
		return message.Sprintf("0 objects")
	case d.Classes == nil:
		return message.Sprintf("nothing")
	}
	most, seen := 0, 0
	for i, n := range d.Classes.Pixels {
		if n > 0 {
			seen++
		}
		if n > d.Classes.Pixels[most] {
			most = i
		}
	}
	return message.Sprintf("%d classes, most of it %q", seen, d.Classes.Labels[most])
}

// maxListed is how many tensors are listed without --all.
const maxListed = 10

// text returns the report for people.
func (r weightsReport) text(f inspectFlags) string {
	var b strings.Builder
	line := func(name, text string) { fmt.Fprintf(&b, "%-12s %s\n", name, printable(text)) }
	line(message.Sprintf("file"), short(r.Path))
	line(message.Sprintf("container"), message.Sprintf("%s, %s bytes", r.Container, thousands(r.Bytes)))
	line(message.Sprintf("tensors"), message.Sprintf("%s with %s numbers", thousands(int64(r.Tensors)), thousands(r.Parameters)))
	for _, t := range r.Types {
		line(message.Sprintf("type"), message.Sprintf("%s: %s tensors, %s bytes", t.Type, thousands(int64(t.Tensors)), thousands(t.Bytes)))
	}
	line(message.Sprintf("is"), r.Verdict)
	if r.Config != "" {
		line(message.Sprintf("config"), message.Sprintf("%s, which lies beside it", short(r.Config)))
	}
	if r.Spare > 0 {
		line(message.Sprintf("not needed"), message.Sprintf("%s tensors, used in training only or duplicates", thousands(int64(r.Spare))))
	}
	r.names(line, f.all)
	if r.SHA256 != "" {
		line("SHA-256", r.SHA256)
		line(message.Sprintf("known"), r.Known.text())
	}
	if t := r.Run; t != nil {
		line(message.Sprintf("run"), message.Sprintf("%s (%s)", t.Result, t.Picture))
		line(message.Sprintf("time"), message.Sprintf("%.2f s to load, %.2f s to run (%s, %d threads)", t.LoadSeconds, t.Seconds, t.Device, t.Threads))
		if t.MemoryBytes > 0 {
			line(message.Sprintf("memory"), message.Sprintf("%s bytes resident after the run, mapped pages of the file among them", thousands(int64(t.MemoryBytes))))
		}
	}
	return b.String()
}

// names lists the tensors that do not fit: all of them, or a few.
func (r weightsReport) names(line func(name, text string), all bool) {
	most := maxListed
	if all {
		most = len(r.Missing) + len(r.Unexpected) + len(r.Reshaped)
	}
	list(line, message.Sprintf("missing"), r.Missing, most)
	var reshaped []string
	for _, x := range r.Reshaped {
		reshaped = append(reshaped, message.Sprintf("%s is %v %s, expected %v", x.Name, x.Have, x.Type, x.Want))
	}
	list(line, message.Sprintf("other shape"), reshaped, most)
	list(line, message.Sprintf("unexpected"), r.Unexpected, most)
}

// list writes up to most names, one per line, and the number of the others.
func list(line func(name, text string), what string, names []string, most int) {
	for i, n := range names {
		if i == most {
			line(what, message.Sprintf("… and %d more (--all lists them)", len(names)-most))
			return
		}
		line(what, n)
	}
}

// text describes whether a file is a published one.
func (k *knownFile) text() string {
	switch {
	case k == nil:
		return message.Sprintf("no: not one of the published files that Descry knows by their sums")
	case k.Pinned:
		return message.Sprintf("yes: this is %s of %s, unchanged", k.File, k.Model)
	}
	return message.Sprintf("yes, as far as the sum's first digits tell: %s of %s", k.File, k.Model)
}

// thousands formats a number with separators: 989,820,849.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
