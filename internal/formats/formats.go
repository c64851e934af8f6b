// Package formats finds the program's messages in its source: every call of
// packages message and failure, and of functions that pass a format on to them.
//
// It reads the syntax alone, not the types, so that it needs neither cgo nor the
// window's libraries: a call is known by the name of its function. That is enough
// for a list that translators work from and for a test that each format is a
// constant.
package formats

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// Call is one call that makes a message.
type Call struct {
	Place    string // "models/store/pull.go:12"
	Package  string // its directory
	Constant bool   // its format is a constant
	Format   string // where it is one
	Args     []ast.Expr
}

// seeds are the functions that make messages, with the place of their format.
var seeds = map[string]int{
	"descry/internal/message.Of": 0, "descry/internal/message.Sprintf": 0,
	"descry/internal/failure.New": 3, "descry/internal/failure.Wrap": 4, "descry/internal/failure.Worded": 1,
}

// hintMethod is the one method that every package calls with a format.
const hintMethod = "WithHint"

// file is one parsed file.
type file struct {
	pkg     string
	syntax  *ast.File
	imports map[string]string // by the name that the file uses
}

// finder collects what is known of the source.
type finder struct {
	set    *token.FileSet
	files  []file
	makers map[string]int    // functions that make messages, by name, with the place of their format
	consts map[string]string // by package and name; those of functions by the function's too
	calls  []Call
}

// Find returns the calls in the Go files below root that are not tests.
func Find(root string) ([]Call, error) {
	f := &finder{set: token.NewFileSet(), makers: map[string]int{}, consts: map[string]string{}}
	for name, at := range seeds {
		f.makers[name] = at
	}
	if err := f.parse(root); err != nil {
		return nil, err
	}
	// A function that passes its format on to a maker is one itself; a constant may
	// be made of others. Both are known once nothing new is found.
	for known := -1; known != len(f.makers)+len(f.consts); {
		known = len(f.makers) + len(f.consts)
		f.calls = nil
		for _, file := range f.files {
			f.walk(file)
		}
	}
	return f.calls, nil
}

func (f *finder) parse(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "build" || name == "bin") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		syntax, err := parser.ParseFile(f.set, path, nil, 0)
		if err != nil {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		parsed := file{filepath.ToSlash(pkg), syntax, map[string]string{}}
		for _, spec := range syntax.Imports {
			path, _ := strconv.Unquote(spec.Path.Value) // the parser has read it
			name := path[strings.LastIndex(path, "/")+1:]
			if spec.Name != nil {
				name = spec.Name.Name
			}
			parsed.imports[name] = path
		}
		f.files = append(f.files, parsed)
		return nil
	})
}

// scope is where an expression stands: a file, and the functions around it, the
// outermost first.
type scope struct {
	file
	names  []string         // of the functions
	params []map[string]int // their parameters, with their places
}

// walk looks at one file.
func (f *finder) walk(file file) {
	top := scope{file: file}
	for _, decl := range file.syntax.Decls {
		if d, ok := decl.(*ast.FuncDecl); ok && d.Body != nil {
			f.inspect(d.Body, top.within(d.Name.Name, d.Type))
			continue
		}
		f.inspect(decl, top)
	}
}

func (s scope) within(name string, t *ast.FuncType) scope {
	params := map[string]int{}
	for _, field := range t.Params.List {
		for _, n := range field.Names {
			params[n.Name] = len(params)
		}
	}
	s.names = append(s.names[:len(s.names):len(s.names)], name)
	s.params = append(s.params[:len(s.params):len(s.params)], params)
	return s
}

// inspect looks at what stands below a node in one function.
func (f *finder) inspect(node ast.Node, s scope) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt: // name := func(format string, args ...any) …
			for i, value := range n.Rhs {
				lit, ok := value.(*ast.FuncLit)
				name, named := n.Lhs[min(i, len(n.Lhs)-1)].(*ast.Ident)
				if ok && named {
					f.inspect(lit.Body, s.within(name.Name, lit.Type))
					return false
				}
			}
		case *ast.FuncLit:
			f.inspect(n.Body, s.within("", n.Type))
			return false
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				f.declare(n, s)
			}
		case *ast.CallExpr:
			f.call(n, s)
		}
		return true
	})
}

// declare notes string constants.
func (f *finder) declare(d *ast.GenDecl, s scope) {
	for _, spec := range d.Specs {
		v := spec.(*ast.ValueSpec) // all that a declaration of constants holds
		for i, name := range v.Names {
			if i >= len(v.Values) {
				break
			}
			if text, ok := f.constant(v.Values[i], s); ok {
				f.consts[s.key(name.Name)] = text
			}
		}
	}
}

// key names something that is declared in a scope.
func (s scope) key(name string) string {
	return strings.Join(append([]string{"descry/" + s.pkg}, append(s.names[:len(s.names):len(s.names)], name)...), ".")
}

// keys are the names under which something used in a scope may be declared, the
// innermost first.
func (s scope) keys(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.Ident:
		var keys []string
		for i := len(s.names); i >= 0; i-- {
			keys = append(keys, scope{file: s.file, names: s.names[:i]}.key(e.Name))
		}
		return keys
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok && s.imports[x.Name] != "" {
			return []string{s.imports[x.Name] + "." + e.Sel.Name}
		}
		return []string{scope{file: s.file}.key(e.Sel.Name)} // a method of this package
	}
	return nil
}

// call notes a call that makes a message.
func (f *finder) call(n *ast.CallExpr, s scope) {
	at, known := 0, false
	if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == hintMethod {
		known = true
	}
	for _, key := range s.keys(n.Fun) {
		if known {
			break
		}
		at, known = f.makers[key]
	}
	if !known || at >= len(n.Args) {
		return
	}
	format := n.Args[at]
	if id, ok := format.(*ast.Ident); ok {
		for i := len(s.params) - 1; i >= 0; i-- {
			if place, ok := s.params[i][id.Name]; ok { // it is passed on
				f.makers[scope{file: s.file, names: s.names[:i]}.key(s.names[i])] = place
				return
			}
		}
	}
	text, constant := f.constant(format, s)
	f.calls = append(f.calls, Call{f.set.Position(n.Pos()).String(), s.pkg, constant, text, n.Args[at+1:]})
}

// constant evaluates an expression that is a constant string.
func (f *finder) constant(e ast.Expr, s scope) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.ParenExpr:
		return f.constant(e.X, s)
	case *ast.BinaryExpr:
		a, okA := f.constant(e.X, s)
		b, okB := f.constant(e.Y, s)
		return a + b, okA && okB && e.Op == token.ADD
	}
	for _, key := range s.keys(e) {
		if text, ok := f.consts[key]; ok {
			return text, true
		}
	}
	return "", false
}
