// Package system gives access to the services of the desktop: file dialogs, pictures
// on the clipboard, the file manager, and the pictures in a folder. Each operating
// system provides them differently, and some lack them. The package does not depend
// on the window.
package system

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ShowInFolder opens the file manager with a file selected, or at least its folder.
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

// OpenFolder opens the file manager in a folder, which it creates if necessary.
func OpenFolder(ctx context.Context, path string) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return // no folder to show
	}
	opener := map[string]string{"darwin": "open", "windows": "explorer"}[runtime.GOOS]
	if opener == "" {
		opener = "xdg-open"
	}
	showFiles(ctx, opener, path)
}

// showFiles starts a file manager. A system without one is not an error.
func showFiles(ctx context.Context, program string, args ...string) {
	_ = exec.CommandContext(ctx, program, args...).Run()
}
