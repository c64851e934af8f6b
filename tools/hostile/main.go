// Command hostile writes malformed files to a folder, and among them a few valid
// ones, for trials of the whole program:
//
//	go run ./tools/hostile build/hostile
//	bin/descry describe --json build/hostile/*
//
// Each malformed file must give one clear error, each valid one its description.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"descry/internal/hostile"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: hostile FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
}

// write makes the folder and fills it, and prints each file's expected kind.
func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range hostile.Files() {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			return err
		}
		fmt.Printf("%-12s %s\n", f.Kind, f.Name)
	}
	for ext, data := range hostile.Good() {
		if err := os.WriteFile(filepath.Join(dir, "sound."+ext), data, 0o644); err != nil {
			return err
		}
		fmt.Printf("%-12s sound.%s\n", "good", ext)
	}
	if err := os.MkdirAll(filepath.Join(dir, "folder.png"), 0o755); err != nil {
		return err
	}
	fmt.Printf("%-12s %s\n", "unsupported", "folder.png")
	return nil
}
