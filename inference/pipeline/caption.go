package pipeline

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"

	"descry/inference"
	"descry/inference/generate"
	"descry/inference/ort"
	"descry/inference/tokenizer"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/picture/resample"
)

// captioner is an arch.Captioner made ready.
type captioner struct {
	spec     *models.CaptionSpec
	language arch.Language
	pixels   arch.Pixels
	words    *tokenizer.Tokenizer
	vision   *ort.Session
	decoder  *ort.Session
}

// prepackCaption: with BLIP base, weights in the processor's own order would gain
// nothing in the vision tower and 9 ms of 30 in a decoder step (22 of 50 with
// three beams), and cost 880 MB of private memory. As they are, they stay mapped
// pages of the file.
const prepackCaption = false

// mostFolded is how many bytes of the vision tower's weights may be kept in single
// precision beside a file in half precision. Above it they are cast in each run,
// which is one a picture: with BLIP base this saves 400 MB, without which model and
// file were resident with 2.3 times the file at load. The decoder runs once a token,
// so its weights are cast once.
const mostFolded = 64 << 20

// newCaptioner reads the small files, builds both graphs over the weights and
// hands them to the runtime. Errors name the file that is wrong.
func newCaptioner(spec *models.CaptionSpec, sessions sessionConfig) (*captioner, error) {
	net, err := openNetwork[arch.Captioner](spec.Common, spec.Preprocessor)
	if err != nil {
		return nil, err
	}
	c := &captioner{spec: spec, language: net.Language(), pixels: net.Pixels()}
	vocabulary := spec.Vocabulary
	if vocabulary == "" { // beside the weights, as in Hugging Face's folders
		vocabulary = filepath.Join(filepath.Dir(spec.Weights), "vocab.txt")
	}
	if c.words, err = tokenizer.Open(vocabulary); err != nil {
		return nil, err
	}
	if int64(c.words.Size()) > c.language.Vocabulary {
		return nil, failure.New(failure.Model, "load", vocabulary, "the vocabulary has %d tokens, the model only %d", c.words.Size(), c.language.Vocabulary).WithHint("Use the vocab.txt that came with the weights.")
	}
	if err := c.open(net, sessions); err != nil {
		return nil, err
	}
	return c, nil
}

// open makes the sessions.
func (c *captioner) open(net arch.Captioner, sessions sessionConfig) error {
	vision, err := net.VisionGraph()
	if err != nil {
		return err
	}
	decoder, err := net.DecoderGraph()
	if err != nil {
		return err
	}
	options := sessions.on(partVision).options(c.spec.Weights, prepackCaption)
	options.Unfolded = vision.PrivateBytes > mostFolded
	if c.vision, err = sessions.lib.NewSession(vision, options); err != nil {
		return err
	}
	if c.decoder, err = sessions.lib.NewSession(decoder, sessions.on(partDecoder).options(c.spec.Weights, prepackCaption)); err != nil {
		_ = c.vision.Close() // the first error says why
	}
	return err
}

func (c *captioner) close() error {
	err := c.vision.Close()
	if second := c.decoder.Close(); err == nil {
		err = second
	}
	return err
}

// run describes one picture.
func (c *captioner) run(ctx context.Context, p inference.Picture, o inference.CaptionOptions, token func(inference.CaptionToken)) (*inference.Caption, error) {
	given, err := c.words.Encode(c.prompt(o))
	if err != nil {
		return nil, err
	}
	options, err := c.search(given, o)
	if err != nil {
		return nil, err
	}
	picture, err := c.encodeImage(ctx, p)
	if err != nil {
		return nil, err
	}
	if token == nil {
		token = func(inference.CaptionToken) {}
	}
	found, err := generate.Search(ctx, c.decode(picture), options, func(g generate.Growth) {
		last := len(g.Tokens) - 1
		token(inference.CaptionToken{TokenID: g.Tokens[last], LogProb: g.LogProbs[last], Text: c.text(given, g.Tokens)})
	})
	if err != nil {
		return nil, failure.Wrap(failure.Model, "caption", c.spec.Weights, err, "")
	}
	caption := &inference.Caption{Model: c.spec.Set}
	for _, h := range found {
		caption.Hypotheses = append(caption.Hypotheses, inference.Hypothesis{
			Text: c.text(given, h.Tokens), TokenIDs: h.Tokens, LogProbs: h.LogProbs, Score: h.Score, Rank: h.Rank,
		})
	}
	return caption, nil
}

// text decodes new tokens without the prompt before them. They are decoded
// together, since the first may go on with the prompt's last word.
func (c *captioner) text(prompt, tokens []int) string {
	whole := c.words.Decode(append(append([]int(nil), prompt...), tokens...))
	if rest, ok := strings.CutPrefix(whole, c.words.Decode(prompt)); ok {
		return strings.TrimSpace(rest)
	}
	return c.words.Decode(tokens)
}

// encodeImage runs the vision tower, which returns what the decoder attends to: of
// BLIP each layer's keys and values of the picture.
func (c *captioner) encodeImage(ctx context.Context, p inference.Picture) ([]*ort.Tensor, error) {
	w, h := c.pixels.Width, c.pixels.Height
	small := resample.Bicubic(p.Pix, p.Width, p.Height, w, h)
	pixels := ort.NewFloat32([]int64{1, 3, int64(h), int64(w)}, c.pixels.Normalize(small))
	defer pixels.Destroy()
	traceTensor(ctx, StageCaptionPixels, pixels)
	out, err := c.vision.Run(ctx, []*ort.Tensor{pixels})
	for i := range len(out) / 2 { // keys and values alternate
		traceTensor(ctx, StageCrossKeys+Stage(strconv.Itoa(i)), out[2*i])
		traceTensor(ctx, StageCrossValues+Stage(strconv.Itoa(i)), out[2*i+1])
	}
	return out, err
}

// decoding is the text decoder at work on one picture (a generate.Model): the
// session, the picture and the self-attention cache so far.
type decoding struct {
	session *ort.Session
	picture []*ort.Tensor // what the vision graph made of the picture
	past    []*ort.Tensor // keys and values of the tokens so far, by layer
}

// decode returns a decoding with an empty cache, whose one row is every row's parent.
func (c *captioner) decode(picture []*ort.Tensor) *decoding {
	d := &decoding{session: c.decoder, picture: picture}
	for range c.language.Caches {
		d.past = append(d.past, ort.NewFloat32(c.language.EmptyCache[:], nil))
	}
	return d
}

// Step feeds each row its new tokens. Outputs become the next step's inputs as
// they are: nothing is copied here.
func (d *decoding) Step(ctx context.Context, tokens [][]int, parents []int) ([][]float32, error) {
	rows := int64(len(tokens))
	var ids []int64
	for _, row := range tokens {
		for _, id := range row {
			ids = append(ids, int64(id))
		}
	}
	from := make([]int64, rows)
	for i, p := range parents {
		from[i] = int64(p)
	}
	inputs := []*ort.Tensor{ort.NewInt64([]int64{rows, int64(len(ids)) / rows}, ids), ort.NewInt64([]int64{rows}, from)}
	outputs, err := d.session.Run(ctx, append(append(inputs, d.past...), d.picture...))
	if err != nil {
		return nil, err
	}
	for _, t := range d.past {
		t.Destroy()
	}
	d.past = outputs[1:]
	traceTensor(ctx, StageLogits, outputs[0])
	all := outputs[0].Float32s()
	logits := make([][]float32, rows)
	size := len(all) / int(rows)
	for i := range logits {
		logits[i] = all[i*size : (i+1)*size]
	}
	return logits, nil
}
