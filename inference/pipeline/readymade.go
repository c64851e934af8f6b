package pipeline

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"

	"descry/inference"
	"descry/inference/detect"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
	"descry/models/readymade"
)

// readymadeDetector is a detector that somebody exported as one ONNX graph, boxes, masks
// and all. It runs on the CPU: graphs that hold suppression and pasting are known
// to go wrong elsewhere.
type readymadeDetector struct {
	what     readymade.Model
	spec     *models.InstancesSpec
	sessions sessionConfig
	session  *ort.Session // nil after a run that failed: such graphs may stay broken
}

// prepackReadymade: its box head multiplies a thousand rows (see prepackBoxes).
const prepackReadymade = true

// newReadymade opens an ONNX file with a detector.
func newReadymade(sessions sessionConfig, spec *models.InstancesSpec) (*readymadeDetector, error) {
	what, err := recognised(spec.Common)
	if err != nil {
		return nil, err
	}
	if what.Task() == arch.TaskClasses {
		return nil, failure.New(failure.Model, "load", spec.Weights, "this ONNX model makes class maps and does not find objects").WithHint("Name it under classes.")
	}
	sessions.device = ort.DeviceCPU
	m := &readymadeDetector{what: what, spec: spec, sessions: sessions}
	return m, m.open()
}

// recognised returns what the ONNX file of a set computes.
func recognised(c models.Common) (readymade.Model, error) {
	f, err := onnx.ReadFile(c.Weights)
	if err != nil {
		return readymade.Model{}, err
	}
	return readymade.Recognise(f)
}

// open makes the session.
func (m *readymadeDetector) open() error {
	if m.session != nil {
		return nil
	}
	f := m.what.File
	graph := onnx.Model{Path: f.Path, Inputs: []string{f.Inputs[0].Name}}
	for _, out := range f.Outputs {
		graph.Outputs = append(graph.Outputs, out.Name)
	}
	s, err := m.sessions.lib.NewSession(graph, m.sessions.on(partWhole).options(f.Path, prepackReadymade))
	if err == nil {
		m.session = s
	}
	return err
}

func (m *readymadeDetector) heavy() *ort.Session { return m.session }

func (m *readymadeDetector) close() error {
	if m.session == nil {
		return nil
	}
	s := m.session
	m.session = nil
	return s.Close()
}

// run finds the objects of a picture, by falling score.
func (m *readymadeDetector) run(ctx context.Context, p inference.Picture, o inference.InstanceOptions) (*inference.Instances, error) {
	result := &inference.Instances{
		Model: m.spec.Set, Width: p.Width, Height: p.Height, Score: defaultScore, Categories: m.categories(), Items: []inference.Instance{},
	}
	if m.spec.Score != nil {
		result.Score = float32(*m.spec.Score)
	}
	if err := m.open(); err != nil {
		return nil, err
	}
	input := m.prepare(p)
	out, err := m.session.Run(ctx, []*ort.Tensor{input.pixels})
	if err != nil {
		return m.failed(ctx, result, err)
	}
	defer destroy(out...)
	found, err := m.read(out)
	if err != nil {
		return nil, err
	}
	found.order = slices.DeleteFunc(found.order, func(i int) bool { return found.scores[i] < o.MinScore })
	boxes := make([]detect.Box, len(found.order))
	for i, at := range found.order {
		boxes[i] = input.restore(found.boxes[at], p)
	}
	items := make([]inference.Instance, len(boxes))
	inBands(len(boxes), m.sessions.threads, func(from, to int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			items[i] = m.instance(found, found.order[i], boxes[i], input, p)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, failure.Wrap(failure.Cancelled, "run", p.Name, err, "")
	}
	result.Items = slices.DeleteFunc(items, func(i inference.Instance) bool {
		return i.Score < o.MinScore || !(i.Box[2] > i.Box[0] && i.Box[3] > i.Box[1])
	})
	return result, nil
}

// emptiness finds in an error of the runtime that a tensor had no elements: a shape
// with a dimension of zero, a broadcast from zero, an index into nothing.
var emptiness = regexp.MustCompile(`\{(\d+,)*0(,\d+)*\}|\[(\d+, ?)*0(, ?\d+)*\]|\b0 by \d|\[-?0,-1\]`)

// failed ends a run that the graph did not survive. Exported detectors often fail
// where they find nothing, and what follows in the same session then fails too
// (onnx/models issue 203): so the session is closed, and an error about a
// tensor without elements means that there are no objects.
func (m *readymadeDetector) failed(ctx context.Context, nothing *inference.Instances, err error) (*inference.Instances, error) {
	if ctx.Err() != nil {
		return nil, err
	}
	if closing := m.close(); closing != nil {
		return nil, closing
	}
	if f := failure.Of(err, failure.Model); f != nil && emptiness.MatchString(f.Message.String()) {
		return nothing, nil
	}
	return nil, err
}

// detected is what the graph gave, in pixels of what it was input.
type detected struct {
	boxes        []detect.Box
	labels       []int64
	scores       []float32
	masks        []float32 // nil: none
	maskW, maskH int
	order        []int // by falling score
}

// read takes the outputs apart and checks that they fit together.
func (m *readymadeDetector) read(out []*ort.Tensor) (detected, error) {
	boxes, labels, scores := out[m.what.Boxes], out[m.what.Labels], out[m.what.Scores]
	n := int64(len(scores.Float32s()))
	d := detected{labels: labels.Int64s(), scores: scores.Float32s()}
	fits := int64(len(d.labels)) == n && slices.Equal(boxes.Shape(), []int64{n, 4})
	if fits && m.what.Masks >= 0 && n > 0 {
		shape := out[m.what.Masks].Shape()
		if fits = shape[0] == n && (len(shape) == 3 || len(shape) == 4 && shape[1] == 1); fits {
			d.masks, d.maskH, d.maskW = out[m.what.Masks].Float32s(), int(shape[len(shape)-2]), int(shape[len(shape)-1])
		}
	}
	if !fits {
		return d, failure.New(failure.Model, "run", m.spec.Weights, "its outputs do not fit together: %d scores, %d labels, boxes %v", n, len(d.labels), boxes.Shape())
	}
	for i := range d.scores {
		d.boxes = append(d.boxes, detect.Box(boxes.Float32s()[4*i:4*i+4]))
		d.order = append(d.order, i)
	}
	// The Model Zoo's objects are sorted by class.
	slices.SortStableFunc(d.order, func(a, b int) int { return cmp.Compare(d.scores[b], d.scores[a]) })
	return d, nil
}

// instance is an object in the picture's own pixels.
func (m *readymadeDetector) instance(d detected, at int, box detect.Box, g graphInput, p inference.Picture) inference.Instance {
	id, name := m.category(int(d.labels[at]))
	item := inference.Instance{Label: name, CategoryID: id, Score: d.scores[at], Box: box, Area: int((box[2]-box[0])*(box[3]-box[1]) + 0.5)}
	if d.masks == nil {
		return item
	}
	cells := d.masks[at*d.maskW*d.maskH:][:d.maskW*d.maskH]
	mask := detect.PastedMask(cells, d.maskW, d.maskH, g.width, g.height, p.Width, p.Height)
	if m.small(d, g) {
		mask = detect.Paste(cells, d.maskW, g.whole(d.boxes[at], p), p.Width, p.Height)
	}
	item.Mask, item.Area = &mask, mask.Area()
	return item
}

// small reports whether masks cover their boxes and have to be pasted, rather
// than over the whole of what the graph was input.
func (m *readymadeDetector) small(d detected, g graphInput) bool {
	return d.maskW == d.maskH && (d.maskW != g.padded[0] || d.maskH != g.padded[1])
}

// category numbers and names a label: as the set does, else as COCO.
func (m *readymadeDetector) category(label int) (id int, name string) {
	id = label
	if m.spec.Categories == nil {
		id = m.what.Category(label)
	}
	if name = m.names()[id]; name == "" {
		name = fmt.Sprintf("class %d", label)
	}
	return id, name
}

// names are the set's, else COCO's where there are as many classes, or their
// number is not known.
func (m *readymadeDetector) names() map[int]string {
	if m.spec.Categories != nil {
		return m.spec.Categories
	}
	if m.what.COCO() {
		return arch.COCOLabels
	}
	return nil
}

// categories lists the classes that the model can name, by number.
func (m *readymadeDetector) categories() []inference.Category {
	var all []inference.Category
	for id, name := range m.names() {
		all = append(all, inference.Category{ID: id, Name: name})
	}
	slices.SortFunc(all, func(a, b inference.Category) int { return a.ID - b.ID })
	return all
}
