package system

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/picture"
)

// maxInFolder is the number of names read from one folder.
const maxInFolder = 100_000

// PicturesIn returns the paths of the pictures in a folder, in natural order ("2.png"
// before "10.png"), ignoring case. It leaves out hidden files.
func PicturesIn(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(maxInFolder)
	if err != nil && len(names) == 0 {
		return nil, err
	}
	var paths []string
	for _, name := range names {
		if picture.IsPictureName(name) && !strings.HasPrefix(name, ".") {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	slices.SortFunc(paths, func(a, b string) int { return compareNatural(filepath.Base(a), filepath.Base(b)) })
	return paths, nil
}

// Expand replaces folders by the pictures in them. It keeps a folder without
// pictures, so that opening it reports an error.
func Expand(paths []string) []string {
	var all []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if inside, err := PicturesIn(path); err == nil && len(inside) > 0 {
				all = append(all, inside...)
				continue
			}
		}
		all = append(all, path)
	}
	return all
}

// compareNatural compares names without regard to case, and runs of digits by their
// value. Names that are otherwise equal are compared by bytes, so the order is total.
func compareNatural(a, b string) int {
	x, y := strings.ToLower(a), strings.ToLower(b)
	for x != "" && y != "" {
		p, q := digits(x), digits(y)
		if p > 0 && q > 0 {
			m, n := strings.TrimLeft(x[:p], "0"), strings.TrimLeft(y[:q], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), cmp.Compare(m, n)); c != 0 {
				return c
			}
			x, y = x[p:], y[q:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// digits returns the number of ASCII digits at the beginning of s.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
