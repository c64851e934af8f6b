package catalogue

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"descry/network"
)

// Bounds of an entry.
const (
	mostName  = 64      // bytes of a name or a revision
	mostText  = 1 << 16 // bytes of a licence's text
	mostBytes = 1 << 42 // of a file or of memory
	mostFiles = 64
)

// reserved are names that mean something else where a model set is named.
var reserved = []string{"starter", "onnxruntime", "all"}

// Check reports the first thing in the catalogue that cannot be meant, with its
// place: `model "x": file "y": …`.
func (c Catalogue) Check() error {
	names := map[string]bool{}
	for _, m := range c.Models {
		if err := m.check(); err != nil {
			return fmt.Errorf("model %q: %w", short(m.Name), err)
		}
		if names[m.Name] {
			return fmt.Errorf("model %q: the name is taken already", m.Name)
		}
		names[m.Name] = true
	}
	for _, s := range c.Sets {
		if err := c.checkSet(s); err != nil {
			return fmt.Errorf("set %q: %w", short(s.Name), err)
		}
		if names[s.Name] {
			return fmt.Errorf("set %q: the name is taken already", s.Name)
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
		return errors.New("it names no model for caption, instances or classes")
	}
	for task, list := range s.Models {
		if !slices.Contains(Tasks, task) {
			return fmt.Errorf("%q is no task (%s)", short(task), strings.Join(Tasks, ", "))
		}
		if len(list) == 0 {
			return fmt.Errorf("%s has no model", task)
		}
		for _, name := range list {
			m, ok := c.Model(name)
			if !ok {
				return fmt.Errorf("%s is %q, which is no model here", task, short(name))
			}
			if m.For != task {
				return fmt.Errorf("%s is %q, which is for %s", task, name, m.For)
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
		return fmt.Errorf("for is %q; it may be %s or %s", short(m.For), strings.Join(Tasks, ", "), ForRuntime)
	case m.For != ForRuntime && m.Architecture == "":
		return errors.New("architecture is absent")
	case strings.TrimSpace(m.Licence) == "":
		return errors.New("licence is absent; write its name, or \"unknown\"")
	case len(m.LicenceText) > mostText:
		return fmt.Errorf("licence_text has %d bytes, more than %d", len(m.LicenceText), mostText)
	case !plainName(m.Revision):
		return fmt.Errorf("revision is %q; it must be a plain name of letters, digits, dots, dashes", short(m.Revision))
	case m.Memory < 0 || m.Memory > mostBytes:
		return fmt.Errorf("memory is %d", m.Memory)
	case math.IsNaN(m.GMAC) || m.GMAC < 0 || m.GMAC > 1e9:
		return fmt.Errorf("gmac is %g", m.GMAC)
	case m.Search != nil && m.For != ForCaption:
		return errors.New("search is of captions only")
	case m.Score != nil && (m.For != ForInstances || !(*m.Score >= 0 && *m.Score <= 1)):
		return errors.New("score is of instances only, and from 0 to 1")
	case len(m.Files) == 0 || len(m.Files) > mostFiles:
		return fmt.Errorf("it has %d files; 1 to %d are possible", len(m.Files), mostFiles)
	}
	return m.checkFiles()
}

// rolesOf are the roles that a model's files may have, the needed one first.
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
			return fmt.Errorf("file %q: %w", short(f.Name), err)
		}
		if !slices.Contains(roles, f.Role) {
			return fmt.Errorf("file %q: role is %q; it may be %s", f.Name, short(f.Role), strings.Join(roles, ", "))
		}
		if f.Role != RoleExtra && seenRole[f.Role] {
			return fmt.Errorf("file %q: there is a file for %s already", f.Name, f.Role)
		}
		key := strings.ToLower(f.Name) // some file systems do not tell case apart
		if seenName[key] {
			return fmt.Errorf("file %q stands twice", f.Name)
		}
		seenRole[f.Role], seenName[key] = true, true
	}
	if !seenRole[roles[0]] {
		return fmt.Errorf("it has no file of the role %s", roles[0])
	}
	return nil
}

func (f File) check() error {
	if !filepath.IsLocal(filepath.FromSlash(f.Name)) || strings.ContainsAny(f.Name, "\\:") || !plainPath(f.Name) {
		return errors.New("name must be a relative path of plain names")
	}
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("url is %q, which is no address of a file", short(f.URL))
	case !network.Private(u) && !(u.Scheme == "http" && f.Pinned()):
		return errors.New("url must begin with https://, or with http:// where the sha256 is given")
	case f.Bytes < 0 || f.Bytes > mostBytes || f.About < 0 || f.About > mostBytes:
		return fmt.Errorf("bytes is %d", f.Bytes)
	case f.SHA256 != "" && !isHex(f.SHA256, 64):
		return errors.New("sha256 is not 64 hexadecimal digits in lower case")
	case f.Starts != "" && (!isHex(f.Starts, len(f.Starts)) || len(f.Starts) > 63):
		return errors.New("starts is not the first hexadecimal digits of a sum, in lower case")
	}
	return nil
}

// checkName says what is wrong with the name of a model or a set.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("name is absent")
	case !plainName(name):
		return errors.New("name must be of letters, digits, dots, dashes and underscores, and begin with a letter or digit")
	case slices.Contains(reserved, name):
		return errors.New("this name is Descry's own")
	}
	return nil
}

// plainName reports whether s can be the name of a folder on every system.
func plainName(s string) bool { return plain(s, mostName) }

// plainPath reports whether every part of a path can be a name on every system.
func plainPath(path string) bool {
	for _, part := range strings.Split(path, "/") {
		if !plain(part, 255) {
			return false
		}
	}
	return len(path) <= 1024
}

// plain reports whether s has at most that many bytes, all of them letters,
// digits, dots, dashes and underscores, and begins and ends as a name may.
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

// short makes foreign text fit for one line of an error.
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
