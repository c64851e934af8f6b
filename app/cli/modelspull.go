package cli

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"sort"
	"strings"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/store"
)

func (p *program) modelsPullCommand(f *modelsFlags) *cobra.Command {
	var yes, whole bool
	c := &cobra.Command{
		Use:   "pull NAME…",
		Short: "Download models or sets, or resume",
		Long: `Fetches models by name, several at once, and keeps only what has the SHA-256 that
Descry pins. An interrupted pull is resumed. What lies in a cache of
Hugging Face or torch is used there instead; --copy copies it, for a folder that
is to be carried elsewhere.

At a terminal the licence and what is needed are shown first, and you are asked.
Addresses can be redirected: HF_ENDPOINT for the hub, DESCRY_MIRROR=URL for all
(each is asked as URL/host/path); HTTPS_PROXY and NO_PROXY are honoured.`,
		Example: `  descry models pull full
  descry models pull --yes fast
  descry models pull full maskrcnn-v1     the set, and v1 to choose from
  descry models pull onnxruntime-cuda     the library for NVIDIA cards`,
		ValidArgsFunction: p.modelNames(f),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("no model named").WithHint("descry models pull full fetches the best ones; descry models list has all.")
			}
			return p.pull(f, args, yes, whole)
		},
	}
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&whole, "copy", false, "copy what other programs' caches hold instead of using it there")
	return c
}

// pull shows the estimate, asks for confirmation on a terminal, and downloads.
func (p *program) pull(f *modelsFlags, names []string, yes, whole bool) error {
	s, err := f.open(p)
	if err != nil {
		return err
	}
	s.Copy = whole
	p.measureSpeed("")
	e, err := s.Estimate(names)
	if err != nil {
		return err
	}
	if e.Download+e.Cached > 0 && !f.json {
		p.showEstimate(e)
		if !yes {
			texts, err := licencesOf(s, e.Items)
			if err != nil {
				return err
			}
			if !p.agree(texts + message.Sprintf("Download them?")) {
				return failure.New(failure.Cancelled, "download", "", "nothing was downloaded")
			}
		}
	}
	show := newModelProgress(p, f.json)
	show.expect(e.Items)
	err = s.Pull(p.ctx, names, show.update)
	show.close()
	after, lookErr := s.Estimate(names)
	if lookErr != nil {
		return lookErr
	}
	if f.json {
		if jsonErr := writeJSON(p.out, after.Items); jsonErr != nil {
			return jsonErr
		}
	}
	if err != nil {
		return show.failure(err)
	}
	if !f.json {
		p.printReady(after.Items)
	}
	return nil
}

// showEstimate prints what models need, before anything is downloaded.
func (p *program) showEstimate(e store.Estimate) {
	for _, i := range e.Items {
		switch {
		case i.Usable():
			say(p.err, "%s: %s, %s, here already", i.Name, i.Title, store.Size(i.Bytes))
		case !i.Pinned:
			say(p.err, "%s: %s, %s, not pinned by Descry: the hub's own record is taken", i.Name, i.Title, store.Size(i.Bytes))
		default:
			say(p.err, "%s: %s, %s", i.Name, i.Title, store.Size(i.Bytes))
		}
	}
	for _, line := range e.Lines() {
		fmt.Fprintln(p.err, "  "+line)
	}
	say(p.err, "  licence: %s; descry models licence NAME prints it", licences(e.Items))
}

// licencesOf returns the licence texts of the models to download.
func licencesOf(s *store.Store, items []store.Item) (string, error) {
	var names []string
	for _, i := range items {
		if !i.Usable() {
			names = append(names, i.Name)
		}
	}
	list, err := licenceTexts(s.Catalogue, names)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteByte('\n')
	err = writeLicences(&b, list)
	return b.String(), err
}

// agree asks a question on the terminal and reports whether the answer is yes. If
// standard input is not a terminal it returns true without asking: a script that
// names models has decided. If standard error is redirected, the question goes to the
// terminal itself, where it can be seen.
func (p *program) agree(question string) bool {
	if !isTerminal(p.in) {
		return true
	}
	ask := p.err
	if !isTerminal(p.err) {
		console, err := os.OpenFile(consoleNames[runtime.GOOS == "windows"], os.O_WRONLY, 0)
		if err != nil {
			return true
		}
		defer console.Close()
		ask = console
	}
	fmt.Fprint(ask, message.Sprintf("%s [y/N] ", question))
	line, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil && line == "" {
		return false
	}
	answer := strings.ToLower(strings.TrimSpace(line))
	return answer == "y" || answer == "yes"
}

// consoleNames holds the file name of the terminal that started the program, even if
// its outputs are redirected: on Windows (true) and elsewhere.
var consoleNames = map[bool]string{true: "CONOUT$", false: "/dev/tty"}

// printReady prints where the models are and which are used by default.
func (p *program) printReady(items []store.Item) {
	for _, i := range items {
		where := printable(short(i.Dir))
		if i.State == store.InPlace {
			say(p.out, "%s is ready (%s, its weights used in place)", i.Name, where)
		} else {
			say(p.out, "%s is ready (%s)", i.Name, where)
		}
		if i.Needs != "" {
			fmt.Fprintln(p.out, "  "+i.Needs)
		}
	}
	say(p.out, "used by default: %s", p.services.ModelDirs("").Default())
}

// modelProgress shows the progress of models: a bar on a terminal, else a line for
// each new stage and each tenth received.
type modelProgress struct {
	p      *program
	quiet  bool
	bar    *progressbar.ProgressBar
	last   map[string]store.Progress
	tenths map[string]int64
	first  *failure.Failure // the command's error
	failed int
}

func newModelProgress(p *program, quiet bool) *modelProgress {
	m := &modelProgress{p: p, quiet: quiet, last: map[string]store.Progress{}, tenths: map[string]int64{}}
	if !quiet && isTerminal(p.err) {
		m.bar = progressbar.NewOptions64(1, progressbar.OptionSetWriter(p.err), progressbar.OptionShowBytes(true), progressbar.OptionShowTotalBytes(true),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100e6), progressbar.OptionFullWidth())
	}
	return m
}

// expect adds the sizes of all models to the bar before the first of them starts.
func (m *modelProgress) expect(items []store.Item) {
	for _, i := range items {
		m.last[i.Name] = store.Progress{Model: i.Name, Stage: expected, Done: i.Done, Total: i.Bytes}
	}
}

// expected is the stage of a model that has not started yet.
const expected store.Stage = "expected"

// update is the store's callback, called by one goroutine at a time.
func (m *modelProgress) update(s store.Progress) {
	before, seen := m.last[s.Model]
	m.last[s.Model] = s
	if s.Stage == store.Failed {
		if m.failed++; m.first == nil {
			m.first = s.Err
		} else if s.Err.Kind != failure.Cancelled {
			m.line(message.Sprintf("descry: %s: %s", s.Model, oneLine(s.Err.Error())))
		}
		return
	}
	if m.bar != nil {
		m.draw()
		return
	}
	if m.quiet {
		return
	}
	tenth := int64(0)
	if s.Total > 0 {
		tenth = 10 * s.Done / s.Total
	}
	if seen && before.Stage == s.Stage && before.File == s.File && before.Note == s.Note && (s.Stage != store.Receiving || tenth <= m.tenths[s.Model]) {
		return
	}
	m.tenths[s.Model] = tenth
	m.line(progressLine(s))
}

// progressLine returns the line about one step of a model.
func progressLine(s store.Progress) string {
	line := message.Sprintf("%s: %s", s.Model, s.Stage)
	if s.File != "" && s.Stage != store.Done {
		line = message.Sprintf("%s: %s %s", s.Model, s.Stage, s.File)
	}
	if s.Stage == store.Receiving && s.Total > 0 {
		line = message.Sprintf("%s, %d %% of %s", line, 100*s.Done/s.Total, store.Size(s.Total))
	}
	if s.Note != "" && s.Stage != store.Looking {
		line = message.Sprintf("%s (%s)", line, oneLine(s.Note))
	}
	return line
}

// draw updates the bar, which shows the bytes of all models together.
func (m *modelProgress) draw() {
	var done, total int64
	var active []string
	for name, s := range m.last {
		done, total = done+s.Done, total+s.Total
		if s.Stage != store.Done && s.Stage != store.Failed && s.Stage != expected {
			active = append(active, name+" "+string(s.Stage))
		}
	}
	sort.Strings(active)
	m.bar.Describe(strings.Join(active, ", "))
	m.bar.ChangeMax64(max(1, total))
	_ = m.bar.Set64(min(done, total)) // an error at the end changes nothing
}

func (m *modelProgress) line(text string) {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
	fmt.Fprintln(m.p.err, printable(text))
}

func (m *modelProgress) close() {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
}

// failure returns the first failure of a model, else err. All other failures have been
// printed.
func (m *modelProgress) failure(err error) error {
	if m.first != nil {
		return m.first
	}
	return err
}

// licences lists the licences of models, each once with its models.
func licences(items []store.Item) string {
	by := map[string][]string{}
	var order []string
	for _, i := range items {
		if by[i.Licence] == nil {
			order = append(order, i.Licence)
		}
		by[i.Licence] = append(by[i.Licence], i.Name)
	}
	var parts []string
	for _, l := range order {
		parts = append(parts, fmt.Sprintf("%s (%s)", l, strings.Join(by[l], ", ")))
	}
	return strings.Join(parts, "; ")
}
