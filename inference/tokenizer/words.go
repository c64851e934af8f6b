package tokenizer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// splitWords does what transformers' BertTokenizer does before WordPiece, in its
// order (tokenization_utils.py tokenize, tokenization_bert.py BasicTokenizer):
// lower-case each character by itself (no final sigma), drop control characters,
// put spaces around ideographs, split at white space, NFD, drop nonspacing marks,
// make every punctuation mark a word of its own.
func splitWords(text string) []string {
	var clean strings.Builder
	for _, r := range text {
		r = unicode.ToLower(r) // "İ" becomes "i"; its dot would be dropped as a mark
		switch {
		case isSpace(r):
			clean.WriteByte(' ')
		case r == unicode.ReplacementChar || unicode.In(r, unicode.C, unicode.Cn):
			// U+FFFD, control, format, private and unassigned are not text
		case isIdeograph(r):
			clean.WriteByte(' ')
			clean.WriteRune(r)
			clean.WriteByte(' ')
		default:
			clean.WriteRune(r)
		}
	}
	var words []string
	for _, field := range strings.FieldsFunc(clean.String(), isSpace) {
		words = splitPunctuation(words, norm.NFD.String(field))
	}
	return words
}

// splitPunctuation appends the words of a decomposed field, without its nonspacing
// marks, to words.
func splitPunctuation(words []string, field string) []string {
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = word[:0]
		}
	}
	for _, r := range field {
		switch {
		case unicode.Is(unicode.Mn, r):
		case isPunctuation(r):
			end()
			words = append(words, string(r))
		default:
			word = append(word, r)
		}
	}
	end()
	return words
}

// isSpace reports whether BERT replaces r by a space (category Zs, tab, line feed,
// carriage return) or Python's split() treats it as one (Zl, Zp).
func isSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Z, r)
}

// isPunctuation reports whether r is in category P or is an ASCII character other
// than a letter, digit or space ("$", "^", "`" are symbols in Unicode).
func isPunctuation(r rune) bool {
	if r < 0x80 {
		return r >= 33 && r <= 47 || r >= 58 && r <= 64 || r >= 91 && r <= 96 || r >= 123 && r <= 126
	}
	return unicode.Is(unicode.P, r)
}

// ideographs are the ranges that BERT surrounds with spaces (tokenization_bert.py,
// _is_chinese_char): no kana, no hangul.
var ideographs = [][2]rune{
	{0x4E00, 0x9FFF}, {0x3400, 0x4DBF}, {0xF900, 0xFAFF},
	{0x20000, 0x2A6DF}, {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B820, 0x2CEAF}, {0x2F800, 0x2FA1F},
}

func isIdeograph(r rune) bool {
	if r < 0x3400 {
		return false
	}
	for _, span := range ideographs {
		if r >= span[0] && r <= span[1] {
			return true
		}
	}
	return false
}
