package state

import (
	"fmt"
	"path/filepath"
	"strings"
)

// words returns one for 1, else many with the number in place of "%d".
func words(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return strings.ReplaceAll(many, "%d", fmt.Sprint(n))
}

// short returns a folder as people write it, the home folder as ~.
func (s *State) short(dir string) string {
	home := s.setup.Home
	if home == "" {
		return dir
	}
	if dir == home {
		return "~"
	}
	if rest, below := strings.CutPrefix(dir, home+string(filepath.Separator)); below {
		return "~" + string(filepath.Separator) + rest
	}
	return dir
}

// seconds returns milliseconds as "0.21 s".
func seconds(ms float64) string {
	if ms >= 10_000 {
		return fmt.Sprintf("%.0f s", ms/1000)
	}
	return fmt.Sprintf("%.2f s", ms/1000)
}

// joinParts returns parts with dots between, beginning with a capital letter.
func joinParts(parts []string) string {
	text := strings.Join(parts, " · ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
