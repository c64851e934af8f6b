// Command messages writes every message that the program shows to people into one
// file, resources/messages/en.json: the formats, sorted, each with the packages that
// use it. A translation is a copy of it with the translated format in place of the
// packages; message.Translate takes such a table.
//
//	go run ./tools/messages          # from the repository's root
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"descry/internal/atomicfile"
	"descry/internal/formats"
)

// listFile is where the list belongs, below the repository's root.
const listFile = "resources/messages/en.json"

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, "messages:", err)
		os.Exit(1)
	}
}

func write(root string) error {
	text, err := list(root)
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(root, filepath.FromSlash(listFile)), atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// list returns the file's content.
func list(root string) ([]byte, error) {
	calls, err := formats.Find(root)
	if err != nil {
		return nil, err
	}
	packages := map[string][]string{} // by format
	for _, c := range calls {
		if !c.Constant || c.Format == "" || c.Format == "%s" {
			continue // words of others
		}
		if !slices.Contains(packages[c.Format], c.Package) {
			packages[c.Format] = append(packages[c.Format], c.Package)
		}
	}
	lines := map[string]string{} // encoded in the order of the keys
	for format, p := range packages {
		slices.Sort(p)
		lines[format] = strings.Join(p, ", ")
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(lines)
	return text.Bytes(), err
}
