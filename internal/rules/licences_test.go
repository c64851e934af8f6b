package rules

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestEveryLinkedModuleIsInTheThirdPartyList(t *testing.T) {
	root := filepath.Join("..", "..")
	list, err := os.ReadFile(filepath.Join(root, "THIRD_PARTY.md"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var linked []string
	for _, m := range strings.Fields(string(out)) {
		if m != "descry" && !slices.Contains(linked, m) {
			linked = append(linked, m)
		}
	}
	if len(linked) < 10 {
		t.Fatalf("only %d modules are linked: %v", len(linked), linked)
	}
	for _, m := range linked {
		if !strings.Contains(string(list), "| "+m+" |") {
			t.Errorf("%s is linked and not in THIRD_PARTY.md", m)
		}
	}
}
