package core

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"descry/internal/failure"
)

// Plural returns one for 1, else many with the number in place of "%d".
func Plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return strings.ReplaceAll(many, "%d", fmt.Sprint(n))
}

// Short returns a folder as people write it, the home folder as ~.
func Short(dir, home string) string {
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

// JoinParts returns parts with dots between, beginning with a capital letter.
func JoinParts(parts []string) string {
	text := strings.Join(parts, " · ")
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[n:]
}

// Explain says a failure in whole sentences, without its subject.
func Explain(f *failure.Failure) string {
	if f == nil {
		return ""
	}
	text := Sentence(f.Message.String())
	if !f.Hint.IsZero() {
		text += " " + f.Hint.String()
	}
	return text
}

// Sentence begins with a capital letter, unless its first word is a file's name,
// and ends with a full stop.
func Sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(strings.TrimRight(word, ".!?"), "._/\\") {
		first, n := utf8.DecodeRuneInString(s)
		s = string(unicode.ToUpper(first)) + s[n:]
	}
	if last, _ := utf8.DecodeLastRuneInString(s); !strings.ContainsRune(".!?…", last) {
		s += "."
	}
	return s
}
