package pipeline

import (
	"context"
	"fmt"

	"descry/inference"
	"descry/inference/ort"
	"descry/inference/segment"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/picture/resample"
)

// classesModel is a segmenter made ready.
type classesModel struct {
	spec    *models.ClassesSpec
	config  arch.SegmenterConfig
	labels  []string
	table   *[3][256]float32
	session *ort.Session
	fixed   [2]int // width and height where the graph takes no other; 0: any
}

// mostClasses is how many classes a map of bytes can hold.
const mostClasses = 256

// prepackClasses: there are only convolutions (see prepackFeatures).
const prepackClasses = false

// newClasses builds the graph over the weights and hands it to the runtime.
// Errors name the file that is wrong.
func newClasses(sessions sessionConfig, spec *models.ClassesSpec) (*classesModel, error) {
	net, err := openNetwork[arch.Segmenter](spec.Common, "")
	if err != nil {
		return nil, err
	}
	if n := net.Classes(); n > mostClasses {
		return nil, failure.New(failure.Model, "load", spec.Weights, "the model has %d classes; a class map holds %d", n, mostClasses)
	}
	graph, err := net.Graph()
	if err != nil {
		return nil, err
	}
	config := net.Settings()
	m := &classesModel{spec: spec, config: config, table: arch.Lookup(config.Mean, config.Std)}
	m.labels = m.names(int(net.Classes()))
	o := sessions.on(partClasses).options(spec.Weights, prepackClasses)
	o.Unfused = true
	m.session, err = sessions.lib.NewSession(graph, o)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// names names n classes: after the set, else after the configuration, else by
// their numbers.
func (m *classesModel) names(n int) []string {
	labels := make([]string, n)
	for i := range labels {
		switch name := m.config.Categories[i]; {
		case i < len(m.spec.Categories):
			labels[i] = m.spec.Categories[i]
		case m.spec.Categories == nil && name != "":
			labels[i] = name
		default:
			labels[i] = fmt.Sprintf("class %d", i)
		}
	}
	return labels
}

// close frees the session.
func (m *classesModel) close() error { return m.session.Close() }

// run returns the class of each pixel of a picture.
func (m *classesModel) run(ctx context.Context, p inference.Picture) (*inference.Classes, error) {
	w, h := segment.Resized(p.Width, p.Height, m.config.ResizeSize)
	if m.fixed[0] > 0 {
		w, h = m.fixed[0], m.fixed[1] // the whole picture, stretched: there is no size to pad to
	}
	rgb := p.Pix
	if w != p.Width || h != p.Height {
		rgb = resample.BilinearPIL(p.Pix, p.Width, p.Height, w, h)
	}
	pixels := ort.NewFloat32([]int64{1, 3, int64(h), int64(w)}, normalisedPlanes(rgb, m.table))
	traceTensor(ctx, StageClassPixels, pixels)
	out, err := m.session.Run(ctx, []*ort.Tensor{pixels})
	if err != nil {
		return nil, err
	}
	defer destroy(out...)
	traceTensor(ctx, StageClassLogits, out[0])
	shape := out[0].Shape() // [1, classes, h, w]
	if len(m.labels) == 0 && len(shape) == 4 && shape[1] > 0 && shape[1] <= mostClasses {
		m.labels = m.names(int(shape[1]))
	}
	if len(shape) != 4 || shape[0] != 1 || int(shape[1]) != len(m.labels) || shape[2] < 1 || shape[3] < 1 {
		return nil, failure.New(failure.Model, "run", m.spec.Weights, "the model gives logits of shape %v for %d classes", shape, len(m.labels))
	}
	coarse := segment.Coarse{Logits: out[0].Float32s(), Classes: int(shape[1]), Width: int(shape[3]), Height: int(shape[2])}
	result := &inference.Classes{
		Model: m.spec.Set, Width: p.Width, Height: p.Height, Labels: append([]string(nil), m.labels...),
		Map: segment.Map(coarse, w, h, p.Width, p.Height), Pixels: make([]int, len(m.labels)),
	}
	for _, class := range result.Map {
		result.Pixels[class]++
	}
	return result, nil
}
