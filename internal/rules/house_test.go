package rules

import (
	"strings"
	"testing"
)

// mostPackageLines is how long a package may be, without its tests.
const mostPackageLines = 3000

// longerPackages may be longer: one subject that does not part.
var longerPackages = map[string]int{"ui/state/picture": 4000}

func TestPackagesStaySmall(t *testing.T) {
	lines := map[string]int{}
	for _, s := range sources(t) {
		if !s.test {
			lines[s.pkg] += s.lines
		}
	}
	for pkg, n := range lines {
		most := mostPackageLines
		if longer, ok := longerPackages[pkg]; ok {
			most = longer
		}
		if n > most {
			t.Errorf("%s has %d lines, more than %d", pkg, n, most)
		}
	}
}

// features are the trees whose packages stand beside each other: none imports
// another, and what they share is in the packages of common.
var features = []struct {
	dir    string
	common []string
}{
	{"ui/state", []string{"ui/state/core"}},
	{"ui/pages", []string{"ui/pages/parts", "ui/pages/pagetest"}},
}

func TestFeaturesDoNotImportEachOther(t *testing.T) {
	seen := 0
	for _, s := range sources(t) {
		for _, f := range features {
			own, below := strings.CutPrefix(s.pkg, f.dir+"/")
			if !below || s.test && strings.HasSuffix(s.file.Name.Name, "_test") {
				continue
			}
			for _, spec := range s.file.Imports {
				other, sibling := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "descry/"+f.dir+"/")
				if !sibling {
					continue
				}
				seen++
				if other != own && !shared(f.dir+"/"+other, f.common) {
					t.Errorf("%s imports %s, a feature beside its own: let the root join them", s.path, other)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no feature imports anything from beside it: the rule looks at the wrong place")
	}
}

func shared(pkg string, common []string) bool {
	for _, c := range common {
		if pkg == c {
			return true
		}
	}
	return false
}
