package desktop

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"descry/app/services"
	"descry/ui/state"
)

// stateTree reads the declarations of all packages below ui/state.
type stateTree struct {
	types   map[string]ast.Expr          // by qualified name, "descry/ui/state.Wake"
	methods map[string]map[string]bool   // declared methods by type
	imports map[string]map[string]string // by package and local name
}

func readStateTree(t *testing.T) *stateTree {
	t.Helper()
	root := filepath.Join("..", "..", "ui", "state")
	tree := &stateTree{types: map[string]ast.Expr{}, methods: map[string]map[string]bool{}, imports: map[string]map[string]string{}}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(file))
		if err == nil {
			tree.add(path.Join("descry/ui/state", filepath.ToSlash(rel)), parsed)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func (x *stateTree) add(pkg string, file *ast.File) {
	if x.imports[pkg] == nil {
		x.imports[pkg] = map[string]string{}
	}
	for _, i := range file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		name := path.Base(p)
		if i.Name != nil {
			name = i.Name.Name
		}
		x.imports[pkg][name] = p
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if ty, ok := s.(*ast.TypeSpec); ok {
					x.types[pkg+"."+ty.Name.Name] = ty.Type
				}
			}
		case *ast.FuncDecl:
			if d.Recv == nil {
				continue
			}
			of := d.Recv.List[0].Type
			if star, ok := of.(*ast.StarExpr); ok {
				of = star.X
			}
			if name, ok := of.(*ast.Ident); ok {
				name := pkg + "." + name.Name
				if x.methods[name] == nil {
					x.methods[name] = map[string]bool{}
				}
				x.methods[name][d.Name.Name] = true
			}
		}
	}
}

// has reports whether a type has a method, of its own or of what it embeds.
func (x *stateTree) has(name, method string) bool {
	if x.methods[name][method] {
		return true
	}
	s, ok := x.types[name].(*ast.StructType)
	if !ok {
		return false
	}
	pkg := name[:strings.LastIndex(name, ".")]
	for _, f := range s.Fields.List {
		if len(f.Names) > 0 {
			continue
		}
		switch e := f.Type.(type) {
		case *ast.Ident:
			if x.has(pkg+"."+e.Name, method) {
				return true
			}
		case *ast.SelectorExpr:
			if of, ok := e.X.(*ast.Ident); ok && x.has(x.imports[pkg][of.Name]+"."+e.Sel.Name, method) {
				return true
			}
		}
	}
	return false
}

// effects returns the exported types that have every method of an interface named
// Effect.
func (x *stateTree) effects(t *testing.T) []string {
	var found []string
	seen := false
	for name, ty := range x.types {
		i, ok := ty.(*ast.InterfaceType)
		if !ok || !strings.HasSuffix(name, ".Effect") {
			continue
		}
		var methods []string
		for _, m := range i.Methods.List {
			for _, n := range m.Names {
				methods = append(methods, n.Name)
			}
		}
		if len(methods) == 0 {
			continue // defined by another Effect, which is checked itself
		}
		seen = true
		for effect := range x.types {
			if ast.IsExported(effect[strings.LastIndex(effect, ".")+1:]) && !slices.ContainsFunc(methods, func(m string) bool { return !x.has(effect, m) }) && !slices.Contains(found, effect) {
				found = append(found, effect)
			}
		}
	}
	if !seen {
		t.Fatal("no interface Effect was found below ui/state")
	}
	slices.Sort(found)
	return found
}

func TestEveryEffectIsPerformedByOneFamily(t *testing.T) {
	t.Setenv("DESCRY_HOME", t.TempDir())
	p := newPerformer(services.New(os.Getenv), services.WindowOptions{}, nil, newGallery(), nil, nil)
	defer p.close()
	var performed []string
	for effect := range p.handlers {
		performed = append(performed, effect.PkgPath()+"."+effect.Name())
	}
	slices.Sort(performed)
	declared := readStateTree(t).effects(t)
	if len(declared) < 20 {
		t.Errorf("only %d effects were found", len(declared))
	}
	for _, effect := range declared {
		if !slices.Contains(performed, effect) {
			t.Errorf("no family performs %s", effect)
		}
	}
	for _, effect := range performed {
		if !slices.Contains(declared, effect) {
			t.Errorf("there is a handler for %s, which is no effect of the window", effect)
		}
	}
}

// unknownEffect is an effect without a handler.
type unknownEffect struct{ state.Quit }

func TestAnEffectWithoutAHandlerIsLoud(t *testing.T) {
	for name, mistake := range map[string]func(){
		"no handler":   func() { tableOf(nil).Perform(context.Background(), unknownEffect{}, nil) },
		"two handlers": func() { tableOf(nil, clockHandlers(nil), clockHandlers(nil)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, "desktop: ") {
					t.Errorf("it passed, or said %q", text)
				}
			}()
			mistake()
		})
	}
}
