package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"descry/inference"
	"descry/inference/words"
)

// isTerminal reports whether f is a terminal rather than a pipe or a file.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// writeForPeople prints the description of a picture for a terminal or a screen
// reader: one fact per line, no drawing characters.
func writeForPeople(w io.Writer, d *inference.Description) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d × %d)\n", printable(d.Image), d.Width, d.Height)
	if d.Caption != nil && len(d.Caption.Hypotheses) > 0 {
		h := d.Caption.Hypotheses[0]
		fmt.Fprintf(&b, "  %s (%s)\n", h.Text, words.CaptionSureness(h.Score))
		for _, h := range d.Caption.Hypotheses[1:] {
			say(&b, "  or: %s (%s)", h.Text, words.CaptionSureness(h.Score))
		}
	}
	if d.Instances != nil {
		writeObjects(&b, d)
	}
	if d.Classes != nil {
		writeClasses(&b, d.Classes)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeObjects(b *strings.Builder, d *inference.Description) {
	shown := d.Instances.Items
	if len(shown) == 0 {
		say(b, "  no objects found")
	}
	for _, i := range shown {
		fmt.Fprintf(b, "  %s %s, %s, %s\n", i.Label, words.Percent(float64(i.Score)),
			words.Where(i.Box, d.Width, d.Height), words.Share(i.Area, d.Width, d.Height))
	}
}

func writeClasses(b *strings.Builder, c *inference.Classes) {
	var parts []string
	for i, n := range c.Pixels {
		if i > 0 && n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.1f %%", c.Labels[i], 100*float64(n)/float64(c.Width*c.Height)))
		}
	}
	if len(parts) == 0 {
		return
	}
	if c.From == inference.TaskInstances {
		say(b, "  pixels (from the objects): %s", strings.Join(parts, ", "))
	} else {
		say(b, "  pixels: %s", strings.Join(parts, ", "))
	}
}

// printable replaces control characters, with which a file name could manipulate a
// terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
}
