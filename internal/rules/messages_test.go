package rules

import (
	"go/ast"
	"path/filepath"
	"slices"
	"testing"

	"descry/internal/formats"
)

// builtMessages are the packages in which some formats are not constants yet. The
// list only shrinks.
var builtMessages = []string{"app", "export", "inference/pipeline", "models/arch", "models/weights"}

// A message that is put together before it reaches package message cannot be
// translated, and go vet does not see what its verbs need.
func TestMessagesAreConstantFormats(t *testing.T) {
	calls, err := formats.Find(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(calls) < 200 {
		t.Fatalf("only %d messages were found", len(calls))
	}
	exempt := func(pkg string) bool {
		return slices.ContainsFunc(builtMessages, func(dir string) bool { return within(pkg, dir) })
	}
	broken := map[string]bool{}
	for _, c := range calls {
		wrong := ""
		switch {
		case !c.Constant:
			wrong = "the format is not a constant"
		case c.Format == "%s" && (len(c.Args) != 1 || !foreignWords(c.Args[0])):
			wrong = "the format is only %s: the words come from a variable"
		default:
			continue
		}
		broken[c.Package] = true
		if !exempt(c.Package) {
			t.Errorf("%s: %s", c.Place, wrong)
		}
	}
	for _, dir := range builtMessages {
		clean := true
		for pkg := range broken {
			clean = clean && !within(pkg, dir)
		}
		if clean {
			t.Errorf("%s has only constant formats: take it off the list", dir)
		}
	}
}

// foreignWords reports whether an argument is plainly not words of this program:
// the text of an error.
func foreignWords(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "err"
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.SelectorExpr)
		return ok && (f.Sel.Name == "Error" || f.Sel.Name == "Plain")
	}
	return false
}
