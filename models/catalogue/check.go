package catalogue

import (
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/network"
)

// Bounds of an entry.
const (
	maxName  = 64      // bytes of a name or a revision
	maxText  = 1 << 16 // bytes of a licence's text
	maxBytes = 1 << 42 // of a file or of memory
	maxFiles = 64
)

// reserved lists names that have another meaning as the name of a model set.
var reserved = []string{"starter", "onnxruntime", "all"}

// Check returns an error for the first invalid entry, with its place: `model "x": file
// "y": …`.
func (c Catalogue) Check() error {
	names := map[string]bool{}
	for _, m := range c.Models {
		if err := m.check(); err != nil {
			return failure.Worded(err, "model %q: %s", short(m.Name), err)
		}
		if names[m.Name] {
			return failure.Worded(nil, "model %q: the name is taken already", m.Name)
		}
		names[m.Name] = true
	}
	for _, s := range c.Sets {
		if err := c.checkSet(s); err != nil {
			return failure.Worded(err, "set %q: %s", short(s.Name), err)
		}
		if names[s.Name] {
			return failure.Worded(nil, "set %q: the name is taken already", s.Name)
		}
		names[s.Name] = true
	}
	return nil
}

func (c Catalogue) checkSet(s Set) error {
	if err := checkName(s.Name); err != nil {
		return err
	}
	if len(s.Names()) == 0 {
		return failure.Worded(nil, "it names no model for caption, instances or classes")
	}
	for task, list := range s.Models {
		if !slices.Contains(Tasks, task) {
			return failure.Worded(nil, "%q is not a task (%s)", short(task), strings.Join(Tasks, ", "))
		}
		if len(list) == 0 {
			return failure.Worded(nil, "%s has no model", task)
		}
		for _, name := range list {
			m, ok := c.Model(name)
			if !ok {
				return failure.Worded(nil, "%s is %q, which is not a model of this catalogue", task, short(name))
			}
			if m.For != task {
				return failure.Worded(nil, "%s is %q, which is for %s", task, name, m.For)
			}
		}
	}
	return nil
}

func (m Model) check() error {
	if err := checkName(m.Name); err != nil {
		return err
	}
	switch {
	case m.For != ForRuntime && !slices.Contains(Tasks, m.For):
		return failure.Worded(nil, "for is %q; it may be %s or %s", short(m.For), strings.Join(Tasks, ", "), ForRuntime)
	case m.For != ForRuntime && m.Architecture == "":
		return failure.Worded(nil, "architecture is missing")
	case strings.TrimSpace(m.Licence) == "":
		return failure.Worded(nil, "licence is missing; write its name, or \"unknown\"")
	case len(m.LicenceText) > maxText:
		return failure.Worded(nil, "licence_text has %d bytes, more than %d", len(m.LicenceText), maxText)
	case !plainName(m.Revision):
		return failure.Worded(nil, "revision is %q; it may have letters, digits, dots and dashes", short(m.Revision))
	case m.Memory < 0 || m.Memory > maxBytes:
		return failure.Worded(nil, "memory is %d", m.Memory)
	case math.IsNaN(m.GMAC) || m.GMAC < 0 || m.GMAC > 1e9:
		return failure.Worded(nil, "gmac is %g", m.GMAC)
	case m.Search != nil && m.For != ForCaption:
		return failure.Worded(nil, "search is for captions only")
	case m.Score != nil && (m.For != ForInstances || !(*m.Score >= 0 && *m.Score <= 1)):
		return failure.Worded(nil, "score is for instances only, and from 0 to 1")
	case len(m.Files) == 0 || len(m.Files) > maxFiles:
		return failure.Worded(nil, "it has %d files; 1 to %d are possible", len(m.Files), maxFiles)
	}
	return m.checkFiles()
}

// rolesOf lists the roles that a model's files may have, the required one first.
var rolesOf = map[string][]string{
	ForCaption:   {RoleWeights, RoleConfig, RolePreprocessor, RoleVocabulary, RoleExtra},
	ForInstances: {RoleWeights, RoleConfig, RoleCategories, RoleExtra},
	ForClasses:   {RoleWeights, RoleConfig, RoleCategories, RoleExtra},
	ForRuntime:   {RoleArchive},
}

func (m Model) checkFiles() error {
	roles := rolesOf[m.For]
	seenRole, seenName := map[string]bool{}, map[string]bool{}
	for _, f := range m.Files {
		if err := f.check(); err != nil {
			return failure.Worded(err, "file %q: %s", short(f.Name), err)
		}
		if !slices.Contains(roles, f.Role) {
			return failure.Worded(nil, "file %q: role is %q; it may be %s", f.Name, short(f.Role), strings.Join(roles, ", "))
		}
		if f.Role != RoleExtra && seenRole[f.Role] {
			return failure.Worded(nil, "file %q: there is a file for %s already", f.Name, f.Role)
		}
		key := strings.ToLower(f.Name) // some file systems ignore case
		if seenName[key] {
			return failure.Worded(nil, "file %q appears twice", f.Name)
		}
		seenRole[f.Role], seenName[key] = true, true
	}
	if !seenRole[roles[0]] {
		return failure.Worded(nil, "it has no file of the role %s", roles[0])
	}
	return nil
}

func (f File) check() error {
	if !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.ContainsAny(f.Name, "\\:") || !plainPath(f.Name) {
		return failure.Worded(nil, "name must be a relative path of plain names")
	}
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return failure.Worded(nil, "url is %q, which is not the address of a file", short(f.URL))
	case !network.Private(u) && !(u.Scheme == "http" && f.Pinned()):
		return failure.Worded(nil, "url must begin with https://, or with http:// where the sha256 is given")
	case f.Bytes < 0 || f.Bytes > maxBytes || f.About < 0 || f.About > maxBytes:
		return failure.Worded(nil, "bytes is %d", f.Bytes)
	case f.SHA256 != "" && !isHex(f.SHA256, 64):
		return failure.Worded(nil, "sha256 is not 64 hexadecimal digits in lower case")
	case f.Starts != "" && (!isHex(f.Starts, len(f.Starts)) || len(f.Starts) > 63):
		return failure.Worded(nil, "starts is not the first hexadecimal digits of a sum, in lower case")
	}
	return nil
}

// checkName returns an error for an invalid name of a model or a set.
func checkName(name string) error {
	switch {
	case name == "":
		return failure.Worded(nil, "name is missing")
	case !plainName(name):
		return failure.Worded(nil, "name may have letters, digits, dots, dashes and underscores, and must begin with a letter or digit")
	case slices.Contains(reserved, name):
		return failure.Worded(nil, "this name is reserved")
	}
	return nil
}

// plainName reports whether s can be the name of a folder on every system.
func plainName(s string) bool { return plain(s, maxName) }

// plainPath reports whether every part of a path can be a name on every system.
func plainPath(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if !plain(part, 255) {
			return false
		}
	}
	return len(path) <= 1024
}

// plain reports whether s is a name of at most most bytes that is valid on every
// system: letters, digits, dots, dashes and underscores, with a suitable first and last
// character.
func plain(s string, most int) bool {
	if s == "" || len(s) > most || strings.ContainsAny(s[:1], ".-_") || strings.HasSuffix(s, ".") {
		return false
	}
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_", r)) {
			return false
		}
	}
	return true
}

func isHex(s string, digits int) bool {
	return len(s) == digits && strings.Trim(s, "0123456789abcdef") == ""
}

// short shortens and cleans foreign text for an error of one line.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return s
}
