package prefs

import (
	"strings"
	"unicode/utf8"
)

// hanging breaks lines of a table in letters of one width so that none has more
// than room of them: at a blank, or within a word that alone is too long. What
// goes on in a next line stands below the line's last column, which begins after
// two or more blanks; where that leaves too little room, two letters from the left.
func hanging(text string, room int) string {
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteByte('\n')
		}
		hang := lastColumn(line)
		if room-hang < max(room/3, 12) {
			hang = 2
		}
		if room < 16 { // no text field is that narrow; a loop must end all the same
			b.WriteString(line)
			continue
		}
		for utf8.RuneCountInString(line) > room {
			letters := []rune(line)
			at := room
			for at > hang+1 && letters[at] != ' ' {
				at--
			}
			if at <= hang+1 {
				at = room
			}
			b.WriteString(strings.TrimRight(string(letters[:at]), " ") + "\n")
			line = strings.Repeat(" ", hang) + strings.TrimLeft(string(letters[at:]), " ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// lastColumn is where the last column of a line begins, in letters.
func lastColumn(line string) int {
	if at := strings.LastIndex(line, "  "); at >= 0 {
		return utf8.RuneCountInString(line[:at+2])
	}
	return 0
}
