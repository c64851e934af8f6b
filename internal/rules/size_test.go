package rules

import "testing"

// mostPackageLines is the most lines, comments and blank ones included, that a
// package may have besides its tests.
const mostPackageLines = 3000

// largerPackages may have more, up to the number given.
var largerPackages = map[string]int{
	"ui/state/picture": 4000, // a picture's objects, caption, classes and layers decide about each other
}

// tooLarge are packages that are still too large. The list only shrinks: a
// package that is small enough has to be taken off it.
var tooLarge = []string{
	"ui", // until its pages are packages of their own
}

func TestPackagesStaySmall(t *testing.T) {
	lines := map[string]int{}
	for _, s := range sources(t) {
		if !s.test {
			lines[s.pkg] += s.lines
		}
	}
	waiting := map[string]bool{}
	for _, pkg := range tooLarge {
		waiting[pkg] = true
	}
	for pkg, n := range lines {
		most := max(mostPackageLines, largerPackages[pkg])
		switch {
		case n > most && !waiting[pkg]:
			t.Errorf("package in %s has %d lines besides its tests, more than %d", pkg, n, most)
		case n <= most && waiting[pkg]:
			t.Errorf("package in %s has %d lines: take it off the list of those that are too large", pkg, n)
		}
	}
	for pkg, most := range largerPackages {
		if lines[pkg] == 0 || most <= mostPackageLines {
			t.Errorf("%s is no package that may be larger", pkg)
		}
	}
}
