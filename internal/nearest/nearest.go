// Package nearest finds the word that a user probably meant, for hints such as
// "unknown format jpg; did you mean jpeg?".
package nearest

import "strings"

// Word returns the known word with the smallest edit distance to got, if that is at
// most half of got's length (at least two edits are allowed), else "". Case is
// ignored; a word that begins with got wins.
func Word(got string, known []string) string {
	got = strings.ToLower(got)
	best, bestAt := "", max(2, len(got)/2)+1
	for _, k := range known {
		d := distance(got, strings.ToLower(k))
		if got != "" && strings.HasPrefix(strings.ToLower(k), got) {
			d = 0
		}
		if d < bestAt {
			best, bestAt = k, d
		}
	}
	return best
}

// distance returns the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
