//go:build unix

package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"strings"
)

// mutant is one small change of one source file.
type mutant struct {
	file      string // path of the source file
	line, col int
	kind      string
	from, to  int // bytes of the source that are replaced
	old, new  string
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d:%d\t%s\t%s → %s", m.file, m.line, m.col, m.kind, short(m.old), short(m.new))
}

// apply returns the source with the mutant in it.
func (m mutant) apply(source []byte) []byte {
	return bytes.Join([][]byte{source[:m.from], []byte(m.new), source[m.to:]}, nil)
}

// short is a text on one line, cut where it is long.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "…"
	}
	if s == "" {
		s = "nothing"
	}
	return s
}

// swap is what an operator becomes, and the name of that change.
type swap struct {
	to   token.Token
	kind string
}

var binary = map[token.Token][]swap{
	token.LSS:     {{token.LEQ, "boundary"}, {token.GEQ, "negation"}},
	token.LEQ:     {{token.LSS, "boundary"}, {token.GTR, "negation"}},
	token.GTR:     {{token.GEQ, "boundary"}, {token.LEQ, "negation"}},
	token.GEQ:     {{token.GTR, "boundary"}, {token.LSS, "negation"}},
	token.EQL:     {{token.NEQ, "negation"}},
	token.NEQ:     {{token.EQL, "negation"}},
	token.LAND:    {{token.LOR, "logical"}},
	token.LOR:     {{token.LAND, "logical"}},
	token.ADD:     {{token.SUB, "arithmetic"}},
	token.SUB:     {{token.ADD, "arithmetic"}},
	token.MUL:     {{token.QUO, "arithmetic"}},
	token.QUO:     {{token.MUL, "arithmetic"}},
	token.REM:     {{token.MUL, "arithmetic"}},
	token.AND:     {{token.OR, "bits"}},
	token.OR:      {{token.AND, "bits"}},
	token.XOR:     {{token.AND, "bits"}},
	token.SHL:     {{token.SHR, "bits"}},
	token.SHR:     {{token.SHL, "bits"}},
	token.AND_NOT: {{token.AND, "bits"}},
}

var assignments = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
	token.MUL_ASSIGN: token.QUO_ASSIGN, token.QUO_ASSIGN: token.MUL_ASSIGN,
	token.AND_ASSIGN: token.OR_ASSIGN, token.OR_ASSIGN: token.AND_ASSIGN,
	token.SHL_ASSIGN: token.SHR_ASSIGN, token.SHR_ASSIGN: token.SHL_ASSIGN,
	token.XOR_ASSIGN: token.AND_ASSIGN, token.REM_ASSIGN: token.MUL_ASSIGN,
}

// mutants lists the mutants of a source file, in the order of their places.
func mutants(path string, source []byte) ([]mutant, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := finder{path: path, source: source, fset: fset}
	ast.Inspect(file, func(n ast.Node) bool {
		if g, ok := n.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			return false
		}
		f.visit(n)
		return true
	})
	return f.found, nil
}

type finder struct {
	path   string
	source []byte
	fset   *token.FileSet
	found  []mutant
}

func (f *finder) at(p token.Pos) int { return f.fset.Position(p).Offset }

// add notes the mutant that has text instead of what stands from one place to another.
func (f *finder) add(kind string, from, to token.Pos, text string) {
	p := f.fset.Position(from)
	a, b := p.Offset, f.at(to)
	f.found = append(f.found, mutant{f.path, p.Line, p.Column, kind, a, b, string(f.source[a:b]), text})
}

func (f *finder) text(n ast.Node) string { return string(f.source[f.at(n.Pos()):f.at(n.End())]) }

func (f *finder) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		if isString(n.X) || isString(n.Y) {
			return
		}
		for _, s := range binary[n.Op] {
			f.add(s.kind, n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), s.to.String())
		}
	case *ast.UnaryExpr:
		if n.Op == token.SUB {
			f.add("sign", n.OpPos, n.OpPos+1, "+")
		}
	case *ast.IncDecStmt:
		to := token.DEC
		if n.Tok == token.DEC {
			to = token.INC
		}
		f.add("increment", n.TokPos, n.TokPos+2, to.String())
	case *ast.AssignStmt:
		if to, ok := assignments[n.Tok]; ok {
			f.add("assignment", n.TokPos, n.TokPos+token.Pos(len(n.Tok.String())), to.String())
		}
	case *ast.BranchStmt:
		if n.Label == nil && n.Tok == token.BREAK {
			f.add("loop", n.Pos(), n.End(), "continue")
		} else if n.Label == nil && n.Tok == token.CONTINUE {
			f.add("loop", n.Pos(), n.End(), "break")
		}
	case *ast.IfStmt:
		if _, ok := n.Cond.(*ast.BinaryExpr); !ok { // comparisons are negated by themselves
			f.add("condition", n.Cond.Pos(), n.Cond.End(), "!("+f.text(n.Cond)+")")
		}
	case *ast.ReturnStmt:
		if len(n.Results) > 0 {
			if last, ok := n.Results[len(n.Results)-1].(*ast.Ident); ok && last.Name == "err" {
				f.add("error", last.Pos(), last.End(), "nil")
			}
		}
	case *ast.BlockStmt:
		f.removals(n.List)
	case *ast.CaseClause:
		f.removals(n.Body)
	}
}

// removals adds the mutants that lack a statement. What is assigned is still
// looked at, since a variable that nobody reads does not compile.
func (f *finder) removals(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt:
			f.add("removed", s.Pos(), s.End(), "")
		case *ast.AssignStmt:
			if s.Tok == token.DEFINE {
				continue
			}
			var b strings.Builder
			for _, e := range s.Rhs {
				b.WriteString("_ = ")
				printer.Fprint(&b, f.fset, e)
				b.WriteString("; ")
			}
			f.add("removed", s.Pos(), s.End(), strings.ReplaceAll(strings.TrimSuffix(b.String(), "; "), "\n", " "))
		}
	}
}

func isString(e ast.Expr) bool {
	l, ok := e.(*ast.BasicLit)
	return ok && l.Kind == token.STRING
}
