package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"descry/inference"
	"descry/inference/detect"
	"descry/inference/ort"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/onnx"
)

// instancesModel is an arch.Detector made ready: three sessions, and between them the
// arithmetic of package detect.
type instancesModel struct {
	spec     *models.InstancesSpec
	config   arch.DetectorConfig
	classes  int
	table    *[3][256]float32
	threads  int
	features *ort.Session
	boxes    *ort.Session
	masks    *ort.Session // nil: a detector without masks
}

// defaultScore is the least score worth showing where a set states none.
const defaultScore = 0.5

// What is prepacked: the box head, whose matrices hold most of the weights and
// are multiplied with a thousand rows in one call (400 against 275 ms for the official model on
// two cores). Convolutions bring their kernels into the processor's order
// in any case.
const (
	prepackFeatures = false
	prepackBoxes    = true
	prepackMasks    = false
)

// newInstances builds the graphs over the weights and hands them to the runtime.
// Errors name the file that is wrong.
func newInstances(sessions sessionConfig, spec *models.InstancesSpec) (*instancesModel, error) {
	net, err := openNetwork[arch.Detector](spec.Common, "")
	if err != nil {
		return nil, err
	}
	config := net.Settings()
	m := &instancesModel{
		spec: spec, config: config, classes: int(net.Classes()), threads: max(sessions.threads, 1),
		table: arch.Lookup(config.Mean, config.Std),
	}
	for _, part := range []struct {
		session **ort.Session
		name    part
		graph   func() (onnx.Model, error)
		prepack bool
		absent  bool
	}{
		{&m.features, partFeatures, net.FeatureGraph, prepackFeatures, false},
		{&m.boxes, partBoxes, net.BoxGraph, prepackBoxes, false},
		{&m.masks, partMasks, net.MaskGraph, prepackMasks, !net.HasMasks()},
	} {
		if part.absent {
			continue
		}
		graph, err := part.graph()
		if err == nil {
			*part.session, err = sessions.lib.NewSession(graph, sessions.on(part.name).options(spec.Weights, part.prepack))
		}
		if err != nil {
			_ = m.close() // the first error says why
			return nil, err
		}
	}
	return m, nil
}

func (m *instancesModel) heavy() *ort.Session { return m.features }

// close frees the sessions.
func (m *instancesModel) close() error {
	var all []error
	for _, s := range []*ort.Session{m.features, m.boxes, m.masks} {
		if s != nil {
			all = append(all, s.Close())
		}
	}
	return errors.Join(all...)
}

// imageFeatures are the outputs of the first graph for a picture.
type imageFeatures struct {
	width, height  int           // of the resized image, without padding
	padded         [2]int        // width, height with padding
	maps           []*ort.Tensor // p2 … p5
	logits, deltas []*ort.Tensor // of the five levels
}

// trace passes on the maps and the outputs of the region proposal network.
func (s *imageFeatures) trace(ctx context.Context) {
	for i, t := range s.maps {
		traceTensor(ctx, StageMaps+Stage(strconv.Itoa(i+2)), t)
	}
	for i := range s.logits {
		traceTensor(ctx, StageRPNLogits+Stage(strconv.Itoa(i)), s.logits[i])
		traceTensor(ctx, StageRPNDeltas+Stage(strconv.Itoa(i)), s.deltas[i])
	}
}

// run finds the objects of a picture, by falling score.
func (m *instancesModel) run(ctx context.Context, p inference.Picture, o inference.InstanceOptions) (*inference.Instances, error) {
	result := &inference.Instances{
		Model: m.spec.Set, Width: p.Width, Height: p.Height, Score: defaultScore, Categories: m.categories(),
		Items: []inference.Instance{},
	}
	if m.spec.Score != nil {
		result.Score = float32(*m.spec.Score)
	}
	s, err := m.extract(ctx, p)
	if err != nil {
		return nil, err
	}
	defer func() { destroy(slices.Concat(s.maps, s.logits, s.deltas)...) }()
	proposals := m.propose(s)
	traceBoxes(ctx, StageProposals, proposals)
	found, err := m.detect(ctx, s, proposals)
	if err != nil {
		return nil, err
	}
	traceDetections(ctx, found)
	found = slices.DeleteFunc(found, func(d detect.Detection) bool { return d.Score < o.MinScore })
	masks, err := m.segment(ctx, s, found)
	if err != nil {
		return nil, err
	}
	boxes := make([]detect.Box, len(found))
	for i, d := range found {
		boxes[i] = d.Box
	}
	boxes = detect.Rescale(boxes, s.width, s.height, p.Width, p.Height)
	result.Items = make([]inference.Instance, len(found))
	inBands(len(found), m.threads, func(from, to int) {
		for i := from; i < to && ctx.Err() == nil; i++ {
			result.Items[i] = m.instance(found[i], boxes[i], masks, i, p)
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, failure.Wrap(failure.Cancelled, "run", p.Name, err, "")
	}
	return result, nil
}

// extract prepares the picture and runs the body, the pyramid and the region
// proposal network.
func (m *instancesModel) extract(ctx context.Context, p inference.Picture) (*imageFeatures, error) {
	c := m.config
	w, h := detect.Resized(p.Width, p.Height, c.MinSize, c.MaxSize, detect.SizeRule(c.SizeRule))
	s := &imageFeatures{width: w, height: h, padded: [2]int{detect.Padded(w, arch.Divisor), detect.Padded(h, arch.Divisor)}}
	planes := resizedPlanes(p, m.table, w, h, s.padded[0], s.padded[1], m.threads)
	pixels := ort.NewFloat32([]int64{1, 3, int64(s.padded[1]), int64(s.padded[0])}, planes)
	traceTensor(ctx, StageInstancePixels, pixels)
	out, err := m.features.Run(ctx, []*ort.Tensor{pixels})
	if err != nil {
		return nil, err
	}
	s.maps = out[:detect.PooledLevels]
	for i, rest := 0, out[detect.PooledLevels:]; i < len(rest); i += 2 {
		s.logits, s.deltas = append(s.logits, rest[i]), append(s.deltas, rest[i+1])
	}
	s.trace(ctx)
	return s, nil
}

// propose chooses the boxes to look at.
func (m *instancesModel) propose(s *imageFeatures) []detect.Box {
	levels := make([]detect.Level, len(s.logits))
	for i, t := range s.logits {
		shape := t.Shape() // [1, h, w, a]
		levels[i] = detect.Level{
			Anchors: detect.NewAnchors(m.config.AnchorSizes[i], m.config.AspectRatios[i], int(shape[2]), int(shape[1]), s.padded[0], s.padded[1]),
			Logits:  t.Float32s(), Deltas: s.deltas[i].Float32s(),
		}
	}
	return detect.Proposals(levels, s.width, s.height, detect.ProposalRule{
		PerLevel: m.config.PreNMS, Total: m.config.PostNMS, Threshold: *m.config.RPNThreshold,
	})
}

// detect classifies the proposals and chooses the objects.
func (m *instancesModel) detect(ctx context.Context, s *imageFeatures, proposals []detect.Box) ([]detect.Detection, error) {
	if len(proposals) == 0 {
		return nil, nil
	}
	out, err := m.boxes.Run(ctx, s.regions(detect.Group(proposals)))
	if err != nil {
		return nil, err
	}
	defer destroy(out...)
	return detect.Detections(proposals, out[0].Float32s(), out[1].Float32s(), m.classes, s.width, s.height, detect.DetectionRule{
		Score: *m.config.BoxScore, Threshold: *m.config.BoxThreshold, Total: m.config.BoxesPerPicture,
	}), nil
}

// segment returns the masks of the objects, side·side probabilities each, or nil
// where there are none to give.
func (m *instancesModel) segment(ctx context.Context, s *imageFeatures, found []detect.Detection) ([]float32, error) {
	if len(found) == 0 || m.masks == nil {
		return nil, nil
	}
	boxes := make([]detect.Box, len(found))
	for i, d := range found {
		boxes[i] = d.Box
	}
	g := detect.Group(boxes)
	labels := make([]int64, len(found))
	for i, at := range g.Order {
		labels[i] = int64(found[at].Class)
	}
	out, err := m.masks.Run(ctx, append(s.regions(g), ort.NewInt64([]int64{int64(len(labels))}, labels)))
	if err != nil {
		return nil, err
	}
	defer destroy(out...)
	traceTensor(ctx, StageMasks, out[0])
	return out[0].Float32s(), nil
}

// regions are the inputs of the box and mask graphs (arch.MaskRCNN.BoxGraph).
func (s *imageFeatures) regions(g detect.Grouped) []*ort.Tensor {
	n := int64(len(g.Order))
	bounds, places := make([]int64, 1, detect.PooledLevels+1), make([]int64, n)
	var boxes []float32
	for _, of := range g.Boxes {
		boxes = append(boxes, of...)
		bounds = append(bounds, int64(len(boxes)/4))
	}
	for i, at := range g.Order {
		places[at] = int64(i)
	}
	return append(slices.Clone(s.maps),
		ort.NewFloat32([]int64{n, 4}, boxes), ort.NewInt64([]int64{int64(len(bounds))}, bounds),
		ort.NewInt64([]int64{n}, make([]int64, n)), ort.NewInt64([]int64{n}, places))
}

// instance is object i in the picture's own pixels.
func (m *instancesModel) instance(d detect.Detection, box detect.Box, masks []float32, i int, p inference.Picture) inference.Instance {
	item := inference.Instance{
		Label: m.label(d.Class), CategoryID: d.Class, Score: d.Score, Box: box,
		Area: int((box[2]-box[0])*(box[3]-box[1]) + 0.5),
	}
	if masks != nil {
		side := arch.MaskSide
		mask := detect.Paste(masks[i*side*side:][:side*side], side, box, p.Width, p.Height)
		item.Mask, item.Area = &mask, mask.Area()
	}
	return item
}

// names are those of the set, else of the configuration.
func (m *instancesModel) names() map[int]string {
	if m.spec.Categories != nil {
		return m.spec.Categories
	}
	return m.config.Categories
}

// label names a class; one without a name is called by its number.
func (m *instancesModel) label(class int) string {
	if name := m.names()[class]; name != "" {
		return name
	}
	return fmt.Sprintf("class %d", class)
}

// categories lists the classes that the model can name, by number.
func (m *instancesModel) categories() []inference.Category {
	var all []inference.Category
	for id := 1; id < m.classes; id++ {
		if name := m.names()[id]; name != "" {
			all = append(all, inference.Category{ID: id, Name: name})
		}
	}
	return all
}
