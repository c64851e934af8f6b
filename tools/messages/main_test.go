package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestTheListOfMessagesIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	want, err := list(root)
	if err != nil {
		t.Fatal(err)
	}
	var packages map[string]string
	if err := json.Unmarshal(want, &packages); err != nil || len(packages) < 100 {
		t.Fatalf("%d messages were found, %v", len(packages), err)
	}
	for _, known := range []string{"the disk is full", "cannot reach %s"} {
		if packages[known] == "" {
			t.Errorf("%q was not found", known)
		}
	}
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(listFile)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not current: run make messages", listFile)
	}
}
