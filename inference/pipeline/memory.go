package pipeline

import (
	"fmt"
	"os"

	"descry/inference"
	"descry/internal/failure"
	"descry/models"
	"descry/models/arch"
	"descry/models/weights"
)

// Needs estimates the memory, in bytes, that loading and running one model takes:
//
//   - its weights once, since pages of the file that are used again and again must
//     find room even though they are no memory of the process's own;
//   - weights that are not 32-bit floats a second time, converted;
//   - kernels of convolutions a second time, in the order in which the runtime prefers
//     them (see Options.Prepack);
//   - what it works on, which the table of architectures holds.
//
// It is meant to be right within a quarter for the official models, and on the safe
// side (memory_test.go has the measurements).
func Needs(c models.Common) (int64, error) {
	work := arch.WorkingMemory(c.Architecture)
	f, err := weights.Open(c.Weights)
	if err != nil { // no container of tensors: a ready-made graph, or damaged
		info, err := os.Stat(c.Weights)
		if err != nil {
			return 0, failure.Wrap(failure.Model, "load", c.Weights, err, "")
		}
		return 2*info.Size() + work, nil
	}
	need := work
	for _, name := range f.Names() {
		t, _ := f.Get(name)
		need += t.Length
		if !t.DType.Usable() {
			continue
		}
		if t.DType != weights.F32 {
			need += 4 * t.Count()
		}
		if len(t.Shape) == 4 {
			need += 4 * t.Count()
		}
	}
	return need, nil
}

// afford refuses to load a task's model if too little memory is available, unless
// it is loaded already. What is not known is no reason to refuse.
func (e *engine) afford(task inference.Task) error {
	c, loaded := e.common(task)
	if e.memory == nil || loaded || c == nil {
		return nil
	}
	need, err := Needs(*c)
	if err != nil {
		return nil // the loader reports better what is wrong with the file
	}
	total, available, err := e.memory()
	if err != nil || uint64(need) <= available {
		return nil
	}
	refused := failure.New(failure.Memory, "load", c.Set,
		"the model for %s needs about %s of memory, %s is free", task, gigabytes(uint64(need)), gigabytes(available))
	if uint64(need) > total {
		return refused.WithHint("This computer has %s in all: choose a smaller model, or load it all the same with --any-memory.", gigabytes(total))
	}
	return refused.WithHint("Close something, choose a smaller model, or load it all the same with --any-memory.")
}

// common returns what a task's model is made of, nil if the set has none, and
// whether it is loaded.
func (e *engine) common(task inference.Task) (c *models.Common, loaded bool) {
	switch {
	case task == inference.TaskCaption && e.set.Caption != nil:
		return &e.set.Caption.Common, e.caption != nil
	case task == inference.TaskInstances && e.set.Instances != nil, task == inference.TaskClasses && e.set.MapsObjects():
		return &e.set.Instances.Common, e.instances != nil
	case task == inference.TaskClasses && e.set.Classes != nil:
		return &e.set.Classes.Common, e.classes != nil
	}
	return nil, false
}

// gigabytes formats a size: "1.1 GB", "380 MB".
func gigabytes(n uint64) string {
	if n < 1_000_000_000 {
		return fmt.Sprintf("%d MB", (n+500_000)/1_000_000)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
