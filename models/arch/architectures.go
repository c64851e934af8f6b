package arch

import (
	"slices"
	"strings"

	"descry/internal/failure"
	"descry/models/onnx"
)

// The tasks of models, as descry.json names them.
const (
	TaskCaption   = "caption"
	TaskInstances = "instances"
	TaskClasses   = "classes"
)

// Architecture is a row of the table of architectures: all that the rest of the
// program knows of one.
type Architecture struct {
	ID        string // as in descry.json and the catalogue
	Title     string // for people: "FCN with a ResNet"
	Task      string // what its models do
	Memory    int64  // bytes that a model needs besides its weights, for an ordinary picture (4:3)
	BoxesOnly bool   // its objects have no masks

	// Open makes the network of weights: a Captioner, Detector or Segmenter, as the
	// task wants. An error says why the weights or their configuration are not of this
	// architecture. Where files has no Config, a network is returned with the error: it
	// cannot run, but its graphs show what is missing (package identify).
	// nil: the file is a graph already and is run as it is (package readymade).
	Open func(f onnx.Weights, files Files) (Network, error)
}

// Files are the files that come with weights; "" means the official one.
type Files struct {
	Config       string // config.json
	Preprocessor string // preprocessor_config.json
}

// Network is an architecture over the weights of one model.
type Network interface {
	// Title names it for people, with the sizes of its weights.
	Title() string
	// Graphs returns what builds each of its graphs.
	Graphs() []func() (onnx.Model, error)
}

// notMeasured stands for the memory of architectures that were not measured.
const notMeasured = 600 << 20

// The IDs of the architectures, for code that means one of them. What is true of
// an architecture stands in the table.
const (
	NameBLIP                 = "blip"
	NameMaskRCNN             = "maskrcnn_resnet_fpn"
	NameFasterRCNN           = "fasterrcnn_resnet_fpn"
	NameDeepLabV3ResNet      = "deeplabv3_resnet"
	NameDeepLabV3MobileNetV3 = "deeplabv3_mobilenet_v3_large"
	NameLRASPPMobileNetV3    = "lraspp_mobilenet_v3_large"
	NameFCNResNet            = "fcn_resnet"
	NameReadymade            = "onnx" // of an ONNX file that is run as it is (package readymade)
)

// architectures is the table, in the order in which architectures are listed for
// people. A new one is a file of its own and a line here.
var architectures = []Architecture{
	{ID: NameBLIP, Title: "BLIP captioning", Task: TaskCaption, Memory: 150 << 20, Open: openBLIP}, // 577 rows of 768, keys and values of 12 layers

	{ID: NameMaskRCNN, Title: "Mask R-CNN with a ResNet and a feature pyramid", Task: TaskInstances, Memory: 600 << 20, Open: openMaskRCNN}, // 800 × 1,067 pixels, five maps, 1,000 regions
	{ID: NameFasterRCNN, Title: "Faster R-CNN with a ResNet and a feature pyramid", Task: TaskInstances, Memory: notMeasured, BoxesOnly: true, Open: openFasterRCNN},
	{ID: NameReadymade, Title: "a detector in ONNX", Task: TaskInstances, Memory: notMeasured},

	{ID: NameDeepLabV3ResNet, Title: "DeepLabV3 with a ResNet", Task: TaskClasses, Memory: 320 << 20, Open: deepLabV3ResNet.open}, // 520 × 693 pixels, stride 8
	{ID: NameDeepLabV3MobileNetV3, Title: "DeepLabV3 with a MobileNetV3-Large", Task: TaskClasses, Memory: notMeasured, Open: deepLabV3MobileNetV3.open},
	{ID: NameLRASPPMobileNetV3, Title: "LR-ASPP with a MobileNetV3-Large", Task: TaskClasses, Memory: notMeasured, Open: lrasppMobileNetV3.open},
	{ID: NameFCNResNet, Title: "FCN with a ResNet", Task: TaskClasses, Memory: notMeasured, Open: fcnResNet.open},
	{ID: NameReadymade, Title: "a segmenter in ONNX", Task: TaskClasses, Memory: notMeasured},
}

// All returns the table.
func All() []Architecture { return slices.Clone(architectures) }

// Find returns the architecture of that name; of NameReadymade, which two tasks
// have, the first.
func Find(id string) (Architecture, bool) {
	i := slices.IndexFunc(architectures, func(a Architecture) bool { return a.ID == id })
	if i < 0 {
		return Architecture{}, false
	}
	return architectures[i], true
}

// ForTask returns the names of the architectures that do a task.
func ForTask(task string) []string {
	var all []string
	for _, a := range architectures {
		if a.Task == task {
			all = append(all, a.ID)
		}
	}
	return all
}

// ForWeights returns the names of the architectures whose graphs are built over
// weights.
func ForWeights() []string {
	var all []string
	for _, a := range architectures {
		if a.Open != nil {
			all = append(all, a.ID)
		}
	}
	return all
}

// BoxesOnly reports whether the objects of an architecture have no masks.
func BoxesOnly(id string) bool {
	a, _ := Find(id)
	return a.BoxesOnly
}

// WorkingMemory returns the bytes that a model of an architecture needs besides its
// weights, a cautious number for one that is not in the table.
func WorkingMemory(id string) int64 {
	if a, ok := Find(id); ok {
		return a.Memory
	}
	return notMeasured
}

// Open makes the network of weights, which is of type N: what the task of the
// architecture wants. Errors are *failure.Failure and name the file that is wrong.
func Open[N Network](id string, f onnx.Weights, files Files) (N, error) {
	var none N
	a, ok := Find(id)
	if !ok || a.Open == nil {
		return none, failure.New(failure.Model, "load", f.Source(), "there is no architecture %q for a file of weights", id).
			WithHint("Known are %s.", strings.Join(ForWeights(), ", "))
	}
	opened, err := a.Open(f, files)
	if err != nil {
		return none, err
	}
	network, ok := opened.(N)
	if !ok {
		return none, failure.New(failure.Model, "load", f.Source(), "the architecture %s is for the task %s", id, a.Task)
	}
	return network, nil
}
