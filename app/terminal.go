package app

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/term"

	"descry/inference"
	"descry/render"
)

// isTTY reports whether a file descriptor is a terminal.
func isTTY(fd int) bool { return term.IsTerminal(fd) }

// writeForPeople prints what is known of one picture for somebody at a
// terminal or a screen reader: one fact a line, no drawing characters.
func writeForPeople(w io.Writer, name string, o *outcome) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d × %d)\n", printable(name), o.picture.Width, o.picture.Height)
	if o.caption != nil && len(o.caption.Hypotheses) > 0 {
		h := o.caption.Hypotheses[0]
		fmt.Fprintf(&b, "  %s (%s)\n", h.Text, render.CaptionSureness(h.Score))
		for _, h := range o.caption.Hypotheses[1:] {
			fmt.Fprintf(&b, "  or: %s (%s)\n", h.Text, render.CaptionSureness(h.Score))
		}
	}
	if o.instances != nil {
		writeObjects(&b, o)
	}
	if o.classes != nil {
		writeClasses(&b, o.classes)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeObjects(b *strings.Builder, o *outcome) {
	shown := o.instances.Items
	if len(shown) == 0 {
		fmt.Fprintln(b, "  no objects found")
	}
	for _, i := range shown {
		fmt.Fprintf(b, "  %s %s, %s, %s\n", i.Label, render.Percent(float64(i.Score)),
			render.Where(i.Box, o.picture.Width, o.picture.Height), render.Share(i.Area, o.picture.Width, o.picture.Height))
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
	from := ""
	if c.From == inference.TaskInstances {
		from = " (from the objects)"
	}
	fmt.Fprintf(b, "  pixels%s: %s\n", from, strings.Join(parts, ", "))
}

// printable replaces control characters of a file name, which could play tricks
// on a terminal.
func printable(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
}
