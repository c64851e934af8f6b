package identify

import (
	"fmt"
	"sort"
	"strings"

	"descry/internal/message"
	"descry/models/arch"
	"descry/models/weights"
)

// verdict describes in sentences what a file is, or which architecture is nearest and
// how the file differs.
func verdict(f *weights.File, m match) string {
	switch {
	case m.fits() && len(m.unexpected) == 0:
		return message.Sprintf("%s: every tensor that it needs is there.", m.title)
	case m.fits():
		return message.Sprintf("%s: every tensor that it needs is there, and %s more that it does not know: %s.", m.title, count(len(m.unexpected)), groups(m.unexpected))
	case m.likeness() < leastLikeness:
		return message.Sprintf("No architecture that Descry knows. Its tensors are named %s; known are %s.", groups(f.Names()), knownTitles())
	}
	var parts []string
	if n := len(m.missing); n > 0 {
		parts = append(parts, message.Sprintf("%s missing (%s)", are(n), groups(m.missing)))
	}
	if n := len(m.reshaped); n > 0 {
		r := m.reshaped[0]
		parts = append(parts, message.Sprintf("%s another shape or type (%s is %v %s, expected %v)", have(n), quote(r.Name), r.Have, r.Type, r.Want))
	}
	if n := len(m.unexpected); n > 0 {
		parts = append(parts, message.Sprintf("%s unknown to it (%s)", are(n), groups(m.unexpected)))
	}
	if m.problem != "" && len(parts) == 0 {
		parts = append(parts, m.problem)
	}
	text := message.Sprintf("No architecture that Descry knows. It comes nearest to %s, of which it has %d tensors, but %s.", m.Title, m.fitting, joined(parts))
	if prefix := wrapped(f.Names()); prefix != "" {
		text += " " + message.Sprintf("All names begin with %s: the model was saved inside another one; save its own state_dict().", quote(prefix))
	}
	return text
}

// wrappers begin the names of models that were saved inside a wrapper of
// PyTorch or of a training framework.
var wrappers = []string{"module.", "model.", "net.", "_orig_mod."}

// wrapped returns the wrapper that all names begin with, or "".
func wrapped(names []string) string {
	for _, w := range wrappers {
		all := len(names) > 0
		for _, n := range names {
			all = all && strings.HasPrefix(n, w)
		}
		if all {
			return w
		}
	}
	return ""
}

// knownTitles lists the known architectures for people.
func knownTitles() string {
	var all []string
	for _, a := range arch.All() {
		if a.Open != nil {
			all = append(all, a.Title)
		}
	}
	return joined(all)
}

// joined formats a list: a, b and c.
func joined(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return message.Sprintf("%s and %s", strings.Join(parts[:len(parts)-1], ", "), parts[len(parts)-1])
}

// maxGroups is how many prefixes of names are listed.
const maxGroups = 4

// groups lists tensors: a few by their names, many by prefixes of two parts.
func groups(names []string) string {
	if len(names) <= maxGroups {
		quoted := make([]string, len(names))
		for i, n := range names {
			quoted[i] = quote(n)
		}
		return joined(quoted)
	}
	counts := map[string]int{}
	for _, n := range names {
		parts := strings.SplitN(n, ".", 3)
		counts[strings.Join(parts[:min(len(parts), 2)], ".")]++
	}
	var keys []string
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, k int) bool {
		if counts[keys[i]] != counts[keys[k]] {
			return counts[keys[i]] > counts[keys[k]]
		}
		return keys[i] < keys[k]
	})
	var listed []string
	for _, k := range keys[:min(len(keys), maxGroups)] {
		listed = append(listed, message.Sprintf("%s… (%d)", clean(k), counts[k]))
	}
	if more := len(keys) - len(listed); more > 0 {
		listed = append(listed, message.Sprintf("%d other beginnings", more))
	}
	return joined(listed)
}

// count, are and have begin a clause about n tensors.
func count(n int) string {
	if n == 1 {
		return message.Sprintf("1 tensor")
	}
	return message.Sprintf("%d tensors", n)
}

func are(n int) string {
	if n == 1 {
		return message.Sprintf("1 tensor is")
	}
	return message.Sprintf("%d tensors are", n)
}

func have(n int) string {
	if n == 1 {
		return message.Sprintf("1 tensor has")
	}
	return message.Sprintf("%d tensors have", n)
}

// maxName is how many bytes of a name are shown.
const maxName = 80

// quote cleans and quotes a name from a file.
func quote(name string) string { return fmt.Sprintf("%q", clean(name)) }

// clean shortens a name from a file and removes characters that would break a line.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) > maxName {
		s = strings.ToValidUTF8(s[:maxName], "") + "…"
	}
	return s
}
