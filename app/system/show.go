// Package system is what Descry asks of the desktop that it runs on: file
// dialogs, the clipboard's pictures, the file manager, and what lies in a folder.
// Each system has its own way, and some have none; nothing here knows the window.
package system

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ShowInFolder opens the system's file manager at a file.
func ShowInFolder(ctx context.Context, path string) {
	switch runtime.GOOS {
	case "darwin":
		showFiles(ctx, "open", "-R", path)
	case "windows":
		showFiles(ctx, "explorer", "/select,"+path)
	default:
		showFiles(ctx, "xdg-open", filepath.Dir(path))
	}
}

// OpenFolder opens the system's file manager in a folder, which is made if need be.
func OpenFolder(ctx context.Context, path string) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return // there is nothing to show
	}
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
	}
	showFiles(ctx, opener, path)
}

// showFiles starts a file manager.
func showFiles(ctx context.Context, program string, args ...string) {
	_ = exec.CommandContext(ctx, program, args...).Run() // there is nothing to say when a system has no file manager
}
