package system

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Fyne's clipboard supports text only, so pictures are read with the system's own
// tools.

const (
	clipboardTimeout = 5 * time.Second
	maxClipboard     = 1 << 30 // bytes
)

// Clip is the content of the clipboard: a picture's bytes, or paths, or text.
type Clip struct {
	Picture []byte
	Paths   []string
	Text    string
}

// clipboardTool is a program that lists the formats on the clipboard and prints one.
type clipboardTool struct {
	name  string
	where func(getenv func(string) string) bool
	types []string              // arguments that list the formats
	print func(string) []string // arguments that print one format
}

var clipboardTools = []clipboardTool{
	{"wl-paste", func(env func(string) string) bool { return env("WAYLAND_DISPLAY") != "" },
		[]string{"--list-types"}, func(kind string) []string { return []string{"--no-newline", "--type", kind} }},
	{"xclip", func(env func(string) string) bool { return env("DISPLAY") != "" },
		[]string{"-selection", "clipboard", "-o", "-t", "TARGETS"}, func(kind string) []string { return []string{"-selection", "clipboard", "-o", "-t", kind} }},
}

// pictureKinds are the clipboard's picture formats that Descry reads, best first.
var pictureKinds = []string{"image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp", "image/gif"}

// ReadClipboard returns the content of the clipboard. It prefers a picture to paths,
// and paths to text. An empty clipboard is not an error.
func ReadClipboard(ctx context.Context) (Clip, error) {
	ctx, cancel := context.WithTimeout(ctx, clipboardTimeout)
	defer cancel()
	switch runtime.GOOS {
	case "darwin":
		return macClipboard(ctx)
	case "windows":
		return windowsClipboard(ctx)
	}
	var known []string
	for _, tool := range clipboardTools {
		if !tool.where(os.Getenv) {
			continue
		}
		known = append(known, tool.name)
		if _, err := exec.LookPath(tool.name); err == nil {
			return tool.read(ctx)
		}
	}
	if known == nil {
		return Clip{}, errors.New("there is no display to read a clipboard from")
	}
	return Clip{}, fmt.Errorf("pasting needs the program %s (Debian, Ubuntu: apt-get install %s)", strings.Join(known, " or "), packageOf(known[0]))
}

// packageOf returns the Debian package of a clipboard tool.
func packageOf(tool string) string {
	if tool == "wl-paste" {
		return "wl-clipboard"
	}
	return tool
}

// read lists the formats on the clipboard and reads the best one.
func (t clipboardTool) read(ctx context.Context) (Clip, error) {
	list, err := output(ctx, t.name, t.types...)
	if err != nil {
		return Clip{}, nil // both tools fail on an empty clipboard
	}
	kinds := strings.Fields(string(list))
	for _, kind := range pictureKinds {
		if slices.Contains(kinds, kind) {
			data, err := output(ctx, t.name, t.print(kind)...)
			return Clip{Picture: data}, err
		}
	}
	if slices.Contains(kinds, "text/uri-list") {
		data, err := output(ctx, t.name, t.print("text/uri-list")...)
		if paths := pathsOf(string(data)); err == nil && len(paths) > 0 {
			return Clip{Paths: paths}, nil
		}
	}
	for _, kind := range []string{"text/plain;charset=utf-8", "UTF8_STRING", "text/plain", "STRING"} {
		if slices.Contains(kinds, kind) {
			data, err := output(ctx, t.name, t.print(kind)...)
			return textClip(string(data)), err
		}
	}
	return Clip{}, nil
}

// textClip returns text as a Clip, with Paths if every line is an existing file.
func textClip(text string) Clip {
	paths := pathsOf(text)
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return Clip{Text: text}
		}
	}
	return Clip{Paths: paths, Text: text}
}

// pathsOf parses text with one path or file:// address per line.
func pathsOf(text string) []string {
	var paths []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.Trim(strings.TrimSpace(line), `"'`)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if u, err := url.Parse(line); err == nil && u.Scheme == "file" {
			line = u.Path
			if runtime.GOOS == "windows" {
				line = strings.TrimPrefix(line, "/")
			}
		}
		paths = append(paths, line)
	}
	return paths
}

// macClipboard reads the clipboard with AppleScript, which prints a picture as
// «data PNGf89504E…».
func macClipboard(ctx context.Context) (Clip, error) {
	out, err := output(ctx, "osascript", "-e", "the clipboard as «class PNGf»")
	if err == nil {
		text := strings.TrimSuffix(strings.TrimSpace(string(out)), "»")
		if _, digits, ok := strings.Cut(text, "PNGf"); ok {
			data, err := hex.DecodeString(digits)
			return Clip{Picture: data}, err
		}
	}
	out, err = output(ctx, "pbpaste")
	return textClip(string(out)), err
}

// windowsClipboard reads the clipboard with PowerShell: a picture as base64, or
// files, or text.
func windowsClipboard(ctx context.Context) (Clip, error) {
	const script = `Add-Type -AssemblyName System.Windows.Forms,System.Drawing
$i=[Windows.Forms.Clipboard]::GetImage()
if($i){$m=New-Object IO.MemoryStream;$i.Save($m,[Drawing.Imaging.ImageFormat]::Png);'PNG '+[Convert]::ToBase64String($m.ToArray())}
elseif([Windows.Forms.Clipboard]::ContainsFileDropList()){[Windows.Forms.Clipboard]::GetFileDropList()}
else{[Windows.Forms.Clipboard]::GetText()}`
	out, err := output(ctx, "powershell", "-NoProfile", "-STA", "-Command", script)
	if err != nil {
		return Clip{}, err
	}
	text := strings.TrimSpace(string(out))
	if digits, ok := strings.CutPrefix(text, "PNG "); ok {
		data, err := base64.StdEncoding.DecodeString(digits)
		return Clip{Picture: data}, err
	}
	return textClip(text), nil
}

// output runs a program and returns its standard output, up to maxClipboard bytes.
func output(ctx context.Context, name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	data, readErr := io.ReadAll(io.LimitReader(pipe, maxClipboard+1))
	if len(data) > maxClipboard {
		readErr = fmt.Errorf("the clipboard holds more than %d bytes", maxClipboard)
		_ = cmd.Process.Kill()
	}
	if err := cmd.Wait(); err != nil && readErr == nil {
		readErr = fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(errs.String()))
	}
	return data, readErr
}
