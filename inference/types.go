package inference

import (
	"descry/inference/rle"
	"descry/internal/failure"
)

// JobID identifies a submitted request. The sender chooses it; it is never 0 and
// never used twice for one worker.
type JobID uint64

// Task is one of the three things a model can do with a picture.
type Task string

// The tasks, in the order in which they are run for one picture.
const (
	TaskCaption   Task = "caption"
	TaskInstances Task = "instances"
	TaskClasses   Task = "classes"
)

// Command is one instruction to a worker. Exactly one field is set.
type Command struct {
	Submit *Request `json:"submit,omitempty"`
	Cancel JobID    `json:"cancel,omitempty"` // 0: none
	Front  JobID    `json:"front,omitempty"`  // 0: none; this waiting job's picture is now the visible one
}

// Request asks for one task on one picture: caption, instances and classes of a
// picture are separate jobs.
type Request struct {
	ID        JobID           `json:"id"`
	Picture   Picture         `json:"picture"`
	Task      Task            `json:"task"`
	Model     string          `json:"model"`             // a model set: "starter" or a directory; or a mix "caption=NAME,…"
	Device    string          `json:"device,omitempty"`  // "auto", "cpu", …
	Threads   int             `json:"threads,omitempty"` // 0: as many as there are cores
	Visible   bool            `json:"visible,omitempty"` // the picture is on screen: its jobs run first
	Caption   CaptionOptions  `json:"caption_options"`
	Instances InstanceOptions `json:"instance_options"`
}

// Picture is what a model sees: 8-bit RGB, row by row, after EXIF orientation,
// alpha dropped as PIL drops it. len(Pix) = 3·Width·Height. It is shared and
// read-only once it is in a Request.
type Picture struct {
	Name   string `json:"name"`
	Key    string `json:"key,omitempty"` // content hash, for results kept per picture
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Pix    []byte `json:"-"` // travels as a raw blob beside the JSON head
}

// CaptionOptions control the search for a caption. A zero field means the preset's
// value, else the model set's own, else the default named here.
type CaptionOptions struct {
	Preset            CaptionPreset `json:"preset,omitempty"`             // "" and PresetOwn: the set's own values
	Prompt            *string       `json:"prompt,omitempty"`             // nil: the set's; stripped from the caption
	Beams             int           `json:"beams,omitempty"`              // 1 is greedy
	MaxTokens         int           `json:"max_tokens,omitempty"`         // new tokens, the stop token included; default 30
	MinTokens         int           `json:"min_tokens,omitempty"`         // new tokens before the stop token is allowed
	LengthNorm        LengthNorm    `json:"length_norm,omitempty"`        // of beam scores
	LengthPenalty     *float64      `json:"length_penalty,omitempty"`     // exponent α of the length; default 1
	RepetitionPenalty float64       `json:"repetition_penalty,omitempty"` // 1: none
	NoRepeatNGram     int           `json:"no_repeat_ngram,omitempty"`    // 0: none
	NBest             int           `json:"n_best,omitempty"`             // captions wanted, at most Beams unless sampled; default 1
	TopP              float64       `json:"top_p,omitempty"`              // above 0: nucleus sampling with this cumulative probability, without beams
	Temperature       float64       `json:"temperature,omitempty"`        // divisor of the logits when sampling; default 1
	Seed              uint64        `json:"seed,omitempty"`               // of the sampling: the same seed gives the same captions
	Avoid             []string      `json:"avoid,omitempty"`              // words and phrases that a caption must not contain
	AnyStart          bool          `json:"any_start,omitempty"`          // allow "arafed" and the like at the start of a caption
}

// LengthNorm names the divisor of a hypothesis's summed log-probability.
type LengthNorm string

const (
	// LengthNormWhole divides by the whole length, start token and prompt
	// included, stop token not (transformers 4.15, which made BLIP's published
	// numbers; generation_beam_search.py).
	LengthNormWhole LengthNorm = "whole"
	// LengthNormGenerated divides by the number of generated tokens, the stop
	// token included (transformers from 4.36 on).
	LengthNormGenerated LengthNorm = "generated"
)

// InstanceOptions control which of the detected objects are returned.
type InstanceOptions struct {
	MinScore float32 `json:"min_score,omitempty"` // 0: all that the model reports (≥ its own box_score_thresh)
}

// Event is a message from a worker. Kind is always set, and so is the one field
// that it names. ID is set except for KindDevice, which concerns no job and may
// arrive at any time. The events of a job arrive in order; the last, and only the
// last, is Done or Failed.
type Event struct {
	ID        JobID            `json:"id"`
	Kind      Kind             `json:"kind"`
	Progress  *Progress        `json:"progress,omitempty"`
	Token     *CaptionToken    `json:"token,omitempty"`
	Caption   *Caption         `json:"caption,omitempty"`
	Instances *Instances       `json:"instances,omitempty"`
	Classes   *Classes         `json:"classes,omitempty"`
	Device    *DeviceLost      `json:"device,omitempty"`
	Done      *Done            `json:"done,omitempty"`
	Failure   *failure.Failure `json:"failure,omitempty"`
}

// Kind names the field of an Event that is set.
type Kind string

// The kinds of event.
const (
	KindProgress  Kind = "progress"  // Progress
	KindToken     Kind = "token"     // Token
	KindCaption   Kind = "caption"   // Caption
	KindInstances Kind = "instances" // Instances
	KindClasses   Kind = "classes"   // Classes
	KindDevice    Kind = "device"    // Device; ID is 0
	KindDone      Kind = "done"      // Done; the job's last event
	KindFailed    Kind = "failed"    // Failure; the job's last event
)

// Failure is the error of the whole program (package internal/failure).
type Failure = failure.Failure

// Progress reports the stage of a job.
type Progress struct {
	Stage Stage  `json:"stage"`
	Model string `json:"model,omitempty"`
}

// Stage is how far a job is.
type Stage string

// The stages of a job: a failure in StageLoad is the model's, not the picture's.
const (
	StageLoad Stage = "load" // the model is made ready
	StageRun  Stage = "run"  // it runs
)

// CaptionToken is one token as it was chosen, with the caption so far.
type CaptionToken struct {
	TokenID int     `json:"token_id"`
	LogProb float64 `json:"log_prob"`
	Text    string  `json:"text"` // the caption so far, prompt stripped
}

// Caption is the result of a caption job: the best hypothesis and the others.
type Caption struct {
	Model      string       `json:"model"`
	Hypotheses []Hypothesis `json:"hypotheses"` // best first, at least one
}

// Hypothesis is one caption.
type Hypothesis struct {
	Text     string    `json:"text"`
	TokenIDs []int     `json:"token_ids"` // without prompt, start and stop
	LogProbs []float64 `json:"log_probs"` // raw log-softmax of each emitted token, the stop token (if any) last
	Score    float64   `json:"score"`     // mean of LogProbs
	Rank     float64   `json:"rank"`      // the search's own normalised score; equals Score for greedy
}

// Instances is the result of an instances job, by descending score.
type Instances struct {
	Model      string     `json:"model"`
	Width      int        `json:"width"`
	Height     int        `json:"height"`
	Score      float32    `json:"score"` // the minimum score that the model set proposes to show
	Categories []Category `json:"categories,omitempty"`
	Items      []Instance `json:"items"`
}

// Category is a class that an instance model can name, with the model's own index.
type Category struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// Instance is one object. Box is x1, y1, x2, y2 in the picture's pixels, never
// rounded. Mask has the picture's size; it is nil for a model without masks.
type Instance struct {
	Label      string     `json:"label"`
	CategoryID int        `json:"category_id"`
	Score      float32    `json:"score"`
	Box        [4]float32 `json:"box"`
	Area       int        `json:"area"` // pixels of the mask, else of the box
	Mask       *rle.Mask  `json:"mask,omitempty"`
}

// Unlabelled is the class, at value 0, of pixels without an object in a class map
// made from objects.
const Unlabelled = "unlabelled"

// Classes is the result of a classes job: one class for every pixel.
type Classes struct {
	Model  string   `json:"model"`
	From   Task     `json:"from,omitempty"` // "instances": made from the objects, as the set has no model for classes
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Labels []string `json:"labels"` // index = value in Map
	Map    []byte   `json:"-"`      // Width·Height, row by row; travels as a raw blob
	Pixels []int    `json:"pixels"` // number of pixels of each label
}

// DeviceLost reports, once, that a device failed when a model was loaded or run.
// Used replaces it until the worker ends.
type DeviceLost struct {
	Device  string `json:"device"`           // "cuda"
	Title   string `json:"title"`            // "NVIDIA card (CUDA)"
	Used    string `json:"used"`             // "cpu"
	During  string `json:"during,omitempty"` // "load", "run"; empty: not tried, since something it needs is missing
	Reason  string `json:"reason"`           // one word: "driver", "library", "memory", …
	Message string `json:"message"`          // a clause: "the library libcudnn.so.9 was not found"
	Hint    string `json:"hint,omitempty"`
	Detail  string `json:"detail,omitempty"` // the runtime's own message
}

// Done ends a job that succeeded.
type Done struct {
	Milliseconds float64 `json:"milliseconds"` // of the task itself, without loading the model
	LoadMS       float64 `json:"load_ms,omitempty"`
	Device       string  `json:"device"` // "cpu", "cuda", …
	Threads      int     `json:"threads"`
}
