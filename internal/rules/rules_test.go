package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	mostFileLines     = 500
	mostFunctionLines = 60
)

// source is one parsed Go file of the repository.
type source struct {
	path  string // slash-separated, from the repository's root
	pkg   string // directory, "." for the root
	test  bool
	lines int
	fset  *token.FileSet
	file  *ast.File
}

// sources parses every Go file of the repository, generated ones too.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "build" || name == "bin") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		rel = filepath.ToSlash(rel)
		pkg := "."
		if i := strings.LastIndex(rel, "/"); i >= 0 {
			pkg = rel[:i]
		}
		all = append(all, source{rel, pkg, strings.HasSuffix(name, "_test.go"), strings.Count(string(text), "\n"), fset, file})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 20 {
		t.Fatalf("only %d Go files found", len(all))
	}
	return all
}

// within reports whether pkg is dir or lies below it.
func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

// importRule forbids some imports to some packages.
type importRule struct {
	who    string   // a package directory; those below it too
	except []string // packages or files to which the rule does not apply
	never  []string // import paths; what lies below them too
	why    string
}

var importRules = []importRule{
	{".", []string{"app/desktop/window_cgo.go"}, []string{"fyne.io/fyne/v2/app"}, "it does not build without cgo: one file opens the window"},
	{".", []string{"inference/ort"}, []string{"github.com/yalue/onnxruntime_go", "C"}, "the runtime's binding is to be exchangeable"},
	{"app/cli", nil, []string{"fyne.io/fyne/v2", "descry/ui", "descry/app/desktop", "descry/app/system"}, "the command line knows no window"},
	{"app/desktop", nil, []string{"descry/app/cli"}, "the window knows no command line"},
	{"app/services", nil, []string{"fyne.io/fyne/v2", "descry/ui", "descry/app/cli", "descry/app/desktop", "descry/app/system", "github.com/spf13"}, "both window and command line use them"},
	{"app/system", nil, []string{"fyne.io/fyne/v2", "descry/ui", "descry/app/cli", "descry/app/desktop", "descry/app/services"}, "it asks the system and knows nothing of who wants to know"},
	{"describe", nil, []string{"fyne.io/fyne/v2", "descry/app", "descry/ui", "github.com/spf13", "flag"}, "window, command line and batch run pictures by it"},
	{"ui/state", nil, []string{"fyne.io/fyne/v2", "descry/ui", "descry/app", "descry/models", "descry/picture", "descry/export", "descry/inference/ort", "descry/inference/pipeline"}, "the window's state is a plain value"},
	{"ui", nil, []string{"descry/app", "descry/models", "descry/inference/ort", "descry/inference/pipeline"}, "the window knows no model and no runtime"},
	{"inference", []string{"inference/pipeline"}, []string{"descry/app", "descry/ui", "descry/export", "descry/render", "fyne.io/fyne/v2"}, "the worker may become a child process"},
	{"models", nil, []string{"descry/app", "descry/ui", "descry/export", "descry/render", "descry/inference", "fyne.io/fyne/v2"}, "reading weights needs neither window nor runtime"},
	{"export", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/inference/ort", "descry/inference/pipeline", "fyne.io/fyne/v2"}, "files are written without window or runtime"},
	{"render", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/export", "descry/picture", "descry/inference/ort", "descry/inference/pipeline", "fyne.io/fyne/v2"}, "pictures are drawn without window, runtime or files"},
	{"settings", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/picture", "descry/export", "descry/inference/ort", "descry/inference/pipeline", "fyne.io/fyne/v2"}, "window and command line read the same settings"},
	{"picture", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/inference", "descry/export", "fyne.io/fyne/v2"}, "decoding stands alone"},
	{"network", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/inference", "descry/export", "descry/render", "descry/picture", "fyne.io/fyne/v2"}, "connections serve everybody"},
	{"internal/message", nil, []string{"descry"}, "everything else imports it"},
	{"internal/failure", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/inference", "descry/export", "descry/picture", "descry/resources"}, "everything else imports it"},
	{"internal/atomicfile", nil, []string{"descry/app", "descry/ui", "descry/models", "descry/inference", "descry/export", "descry/picture"}, "everything else imports it"},
}

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for _, s := range sources(t) {
		for _, rule := range importRules {
			if rule.who != "." && !within(s.pkg, rule.who) || excepted(s, rule.except) {
				continue
			}
			for _, spec := range s.file.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				for _, never := range rule.never {
					if within(path, never) && !within(path, "descry/"+s.pkg) && !(s.test && path == "descry/"+strings.TrimSuffix(s.pkg, "_test")) && !ownTree(rule, path) {
						t.Errorf("%s imports %s: %s", s.path, path, rule.why)
					}
				}
			}
		}
	}
}

// TestTheCommandLineLinksNoToolkit: with cgo, where a toolkit could be.
func TestTheCommandLineLinksNoToolkit(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "descry/app/cli")
	list.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "descry/app/services") || !slices.Contains(deps, "descry/describe") {
		t.Fatalf("the list is not the command line's: %d packages", len(deps))
	}
	for _, dep := range deps {
		if within(dep, "fyne.io/fyne/v2") || within(dep, "descry/ui") || within(dep, "descry/app/desktop") {
			t.Errorf("descry/app/cli needs %s", dep)
		}
	}
}

// ortOpens is where the library of ONNX Runtime is opened, besides tests and tools.
const ortOpens = "app/services/runtime.go"

func TestOnePlaceOpensTheRuntime(t *testing.T) {
	opened := false
	for _, s := range sources(t) {
		if s.test || within(s.pkg, "tools") || within(s.pkg, "inference/ort") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok || call.Sel.Name != "Open" {
				return true
			}
			if x, ok := call.X.(*ast.Ident); ok && x.Name == "ort" {
				opened = true
				if s.path != ortOpens {
					t.Errorf("%s opens ONNX Runtime; only %s does", s.path, ortOpens)
				}
			}
			return true
		})
	}
	if !opened {
		t.Errorf("%s does not open ONNX Runtime: the rule looks at the wrong place", ortOpens)
	}
}

// ownTree reports whether an import stays inside the tree that the rule is about.
func ownTree(rule importRule, path string) bool {
	return rule.who != "." && within(path, "descry/"+rule.who)
}

func excepted(s source, except []string) bool {
	for _, e := range except {
		if s.path == e || within(s.pkg, e) {
			return true
		}
	}
	return false
}

func TestEveryPackageHasExactlyOneCommentThatTeaches(t *testing.T) {
	comments := map[string][]string{}
	packages := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		packages[s.pkg] = true
		if s.file.Doc != nil {
			comments[s.pkg] = append(comments[s.pkg], s.path)
			if text := s.file.Doc.Text(); len(text) < 60 {
				t.Errorf("%s: the package comment %q teaches nothing", s.path, text)
			}
		}
	}
	for pkg := range packages {
		if len(comments[pkg]) != 1 {
			t.Errorf("package in %s has %d package comments %v, want one", pkg, len(comments[pkg]), comments[pkg])
		}
	}
}

func TestFilesAndFunctionsStayShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > mostFileLines {
			t.Errorf("%s has %d lines, more than %d", s.path, s.lines, mostFileLines)
		}
		if s.test {
			continue // a test's table may be long
		}
		for _, decl := range s.file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
				if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > mostFunctionLines {
					t.Errorf("%s: %s has %d lines, more than %d", s.path, f.Name.Name, n, mostFunctionLines)
				}
			}
		}
	}
}

func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || s.file.Name.Name == "main" {
			continue
		}
		for _, decl := range s.file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) {
					t.Errorf("%s: %s has no comment", s.path, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, name := range undocumented(d) {
					t.Errorf("%s: %s has no comment", s.path, name)
				}
			}
		}
	}
}

// undocumented returns the exported types, constants and variables of a declaration
// that have no comment. A comment on a group is one on each of its constants and
// variables, and a type's comment may stand on its declaration. Fields need none.
func undocumented(d *ast.GenDecl) []string {
	var names []string
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			if spec.Name.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
				names = append(names, spec.Name.Name)
			}
		case *ast.ValueSpec:
			for _, n := range spec.Names {
				if n.IsExported() && d.Doc == nil && spec.Doc == nil && spec.Comment == nil {
					names = append(names, n.Name)
				}
			}
		}
	}
	return names
}

// exportedReceiver reports whether d is a function or a method of an exported
// type; methods of unexported types mostly satisfy somebody else's interface.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	ty := d.Recv.List[0].Type
	for {
		switch x := ty.(type) {
		case *ast.StarExpr:
			ty = x.X
		case *ast.IndexExpr:
			ty = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}
