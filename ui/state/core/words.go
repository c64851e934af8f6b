package core

import (
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"descry/internal/failure"
	"descry/internal/message"
)

// Plural returns the sentence for one thing, or the one for n things. Both are
// whole sentences, since other languages change more than an ending.
func Plural(n int, one, many message.Text) string {
	if n == 1 {
		return one.String()
	}
	return many.String()
}

// Capital returns text with a capital letter at its beginning.
func Capital(text string) string {
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + text[n:]
}

// Cut returns valid text of at most most bytes. It is cut between characters as
// people see them: a letter keeps its accents, an emoji its parts.
func Cut(text string, most int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= most {
		return text
	}
	end, before := 0, rune(0)
	for i, r := range text {
		if i > most {
			break
		}
		if !joined(before, r) {
			end = i
		}
		before = r
	}
	return text[:end]
}

// joined reports whether two neighbouring characters are shown as one: accents,
// variants and skin colours follow what they change, and a joiner ties both sides.
func joined(before, r rune) bool {
	const joiner = '\u200d'
	return r == joiner || before == joiner || unicode.Is(unicode.M, r) || r >= 0x1f3fb && r <= 0x1f3ff
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
	return Capital(strings.Join(parts, " · "))
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

// ExplainOf says a failure's message with what it is about before it, unless that
// goes into the message already.
func ExplainOf(f *failure.Failure, subject string) string {
	named := slices.ContainsFunc(f.Message.Args, func(a message.Arg) bool { return a.Word == subject })
	if subject == "" || named {
		return Sentence(f.Message.String())
	}
	return Ended(message.Sprintf("%s: %s", subject, f.Message))
}

// Sentence begins with a capital letter, unless its first word is a file's name,
// and ends with a full stop.
func Sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if word, _, _ := strings.Cut(s, " "); !strings.ContainsAny(strings.TrimRight(word, ".!?"), "._/\\") {
		s = Capital(s)
	}
	return Ended(s)
}

// Ended returns text with a full stop at its end, unless it has one or the like.
func Ended(s string) string {
	if last, n := utf8.DecodeLastRuneInString(s); n > 0 && !strings.ContainsRune(".!?…", last) {
		s += "."
	}
	return s
}
