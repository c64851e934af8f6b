package rules

import (
	"go/ast"
	"path/filepath"
	"testing"

	"descry/internal/formats"
)

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
	for _, c := range calls {
		switch {
		case !c.Constant:
			t.Errorf("%s: the format is not a constant", c.Place)
		case c.Format == "%s" && (len(c.Args) != 1 || !foreignWords(c.Args[0])):
			t.Errorf("%s: the format is only %%s: the words come from a variable", c.Place)
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
