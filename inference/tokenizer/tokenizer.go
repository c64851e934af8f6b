// Package tokenizer converts a prompt to the token IDs of BERT's uncased WordPiece
// vocabulary, and IDs back to text, as Hugging Face's BertTokenizer does.
//
// The greedy longest-match search within a word is that of
// github.com/sugarme/tokenizer, which is correct for a normalised word. Its
// normaliser, pre-tokeniser and decoder are not used: they slice multi-byte text at
// wrong places and panic ("İstanbul"), do not decompose before dropping accents
// ("café" becomes [UNK]), do not recognise Unicode spaces or CJK extension A, and
// end the process on some errors. So text is split into words here (words.go), and
// decoding is a table look-up.
//
// A prompt is plain text: "[SEP]" in it is three words, never the stop token, which
// Hugging Face would make of it.
package tokenizer

import (
	"bytes"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/sugarme/tokenizer"
	"github.com/sugarme/tokenizer/model"
	"github.com/sugarme/tokenizer/model/wordpiece"

	"descry/internal/failure"
)

const (
	unknown = "[UNK]"
	// mostVocabularyBytes limits the size of a vocabulary; BERT's own are 231,508
	// bytes (uncased) and 995,526 (multilingual).
	mostVocabularyBytes = 8 << 20
	maxWordRunes        = 100 // longer words are [UNK] (tokenization_bert.py, WordpieceTokenizer)
)

// special holds the tokens that do not stand for text: decoding leaves them out.
var special = map[string]bool{
	"[PAD]": true, unknown: true, "[CLS]": true, "[SEP]": true, "[MASK]": true, "[DEC]": true, "[ENC]": true,
}

// Tokenizer holds one vocabulary. It is safe for concurrent use.
type Tokenizer struct {
	tokens []string // by id
	words  wordpiece.WordPiece
	unk    int
}

// Open reads a vocab.txt: one token per line, whose ID is the line's number from 0.
func Open(path string) (*Tokenizer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", path, err, "Install the model again.")
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a vocab.txt; name is the subject of its errors.
func Read(r io.Reader, name string) (*Tokenizer, error) {
	text, err := io.ReadAll(io.LimitReader(r, mostVocabularyBytes+1))
	if err != nil {
		return nil, failure.Wrap(failure.Model, "load", name, err, "Install the model again.")
	}
	bad := func(format string, args ...any) error {
		return failure.New(failure.Model, "load", name, format, args...).WithHint("It must be the vocabulary that the model was trained with: one token a line, as text.")
	}
	if len(text) > mostVocabularyBytes {
		return nil, bad("the vocabulary has more than %d bytes", mostVocabularyBytes)
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	t := &Tokenizer{tokens: make([]string, len(lines))}
	ids := make(model.Vocab, len(lines))
	for id, line := range lines {
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 || !utf8.Valid(line) {
			return nil, bad("line %d of the vocabulary is empty or not UTF-8", id+1)
		}
		token := string(line)
		if first, twice := ids[token]; twice {
			return nil, bad("lines %d and %d of the vocabulary are the same token %q", first+1, id+1, token)
		}
		ids[token], t.tokens[id] = id, token
	}
	unk, ok := ids[unknown]
	if !ok {
		return nil, bad("the vocabulary has no [UNK]")
	}
	t.unk = unk
	t.words = wordpiece.NewWordPieceBuilder().Vocab(&ids).UnkToken(unknown).MaxInputCharsPerWord(maxWordRunes).Build()
	return t, nil
}

// Size returns the number of tokens; IDs are below it.
func (t *Tokenizer) Size() int { return len(t.tokens) }

// Token returns the token of an ID, "" for one that is not in the vocabulary.
func (t *Tokenizer) Token(id int) string {
	if id < 0 || id >= len(t.tokens) {
		return ""
	}
	return t.tokens[id]
}

// Encode returns the IDs of text, without any start or stop token.
func (t *Tokenizer) Encode(text string) ([]int, error) {
	if !utf8.ValidString(text) {
		return nil, failure.New(failure.Usage, "caption", "", "the prompt is not valid UTF-8 text").WithHint("Type it again, or save it as UTF-8.")
	}
	var ids []int
	for _, word := range splitWords(text) {
		pieces, err := t.pieces(word)
		if err != nil {
			return nil, failure.Wrap(failure.Usage, "caption", "", err, "Use another prompt.")
		}
		for _, p := range pieces {
			ids = append(ids, p.Id)
		}
	}
	return ids, nil
}

// pieces runs the library's WordPiece on one normalised word. No word is known to
// make it panic; if one does, the program must not end.
func (t *Tokenizer) pieces(word string) (found []tokenizer.Token, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = failure.Worded(nil, "the word %q could not be split into tokens: %v", word, r)
		}
	}()
	return t.words.Tokenize(word)
}

// Decode returns the text of IDs: continuations ("##") are joined to what precedes
// them, words are separated by a space, special tokens and IDs outside the
// vocabulary are left out; then English spacing is cleaned up as transformers does.
func (t *Tokenizer) Decode(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		token := t.Token(id)
		if token == "" || special[token] {
			continue
		}
		if b.Len() > 0 {
			if rest, ok := strings.CutPrefix(token, "##"); ok {
				b.WriteString(rest)
				continue
			}
			b.WriteByte(' ')
		}
		b.WriteString(token)
	}
	return cleanUp(strings.TrimSpace(b.String()))
}

// cleanUps are the replacements of transformers' clean_up_tokenization
// (tokenization_utils_base.py), each over the whole text, in this order.
var cleanUps = [][2]string{
	{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"},
	{" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
}

func cleanUp(text string) string {
	for _, c := range cleanUps {
		text = strings.ReplaceAll(text, c[0], c[1])
	}
	return text
}
