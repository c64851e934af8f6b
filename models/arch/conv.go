package arch

import (
	"descry/models/onnx"
)

// The eps of batch norm: nn.BatchNorm2d's default, and that of the detectors
// which torchvision trained when its frozen norm had none (overwrite_eps in
// torchvision/models/detection/_utils.py).
const (
	batchNormEps  = 1e-5
	frozenNormEps = 0
)

// has reports whether the file has a tensor of that name in this part.
func (m module) has(name string) bool {
	_, ok := m.f.Get(m.prefix + name)
	return ok
}

// convolution is nn.Conv2d with what torchvision puts behind it: a batch norm,
// which the runtime folds into the kernel, and an activation.
type convolution struct {
	g        *onnx.Graph
	w, b     onnx.Value
	norm     [4]onnx.Value // weight, bias, mean, variance; empty without a norm
	eps      float32
	at       onnx.ConvAttrs
	activate activation // nil: none
	out      int64      // channels
}

// activation is a function of each element.
type activation func(*onnx.Graph, onnx.Value) onnx.Value

// conv looks up a convolution of in channels and a square kernel; the file decides
// how many channels come out. norm is the name of its batch norm, "" for none.
func (m module) conv(name, norm string, in, kernel int64, at onnx.ConvAttrs, eps float64) convolution {
	c := convolution{g: m.g, at: at, eps: float32(eps), out: outputs(m.f, m.prefix+name+".weight")}
	c.w = m.g.Weight(m.f, m.prefix+name+".weight", c.out, in, kernel, kernel)
	if m.has(name + ".bias") {
		c.b = m.g.Weight(m.f, m.prefix+name+".bias", c.out)
	}
	if norm != "" {
		for i, part := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
			c.norm[i] = m.g.Weight(m.f, m.prefix+norm+part, c.out)
		}
	}
	return c
}

// relu is the same convolution with a rectifier behind it.
func (c convolution) relu() convolution { return c.then((*onnx.Graph).Relu) }

// then is the same convolution with an activation behind it.
func (c convolution) then(a activation) convolution {
	c.activate = a
	return c
}

// forward maps [n, in, h, w] to [n, out, h', w'].
func (c convolution) forward(x onnx.Value) onnx.Value {
	x = c.g.Conv(x, c.w, c.b, c.at)
	if c.norm != [4]onnx.Value{} {
		x = c.g.BatchNorm(x, c.norm[0], c.norm[1], c.norm[2], c.norm[3], c.eps)
	}
	if c.activate != nil {
		x = c.activate(c.g, x)
	}
	return x
}

// outputs returns the first size of a tensor, 0 if the file has none of that name;
// such a convolution fails when its weight is asked for.
func outputs(f onnx.Weights, name string) int64 {
	if t, ok := f.Get(name); ok && len(t.Shape) > 0 {
		return t.Shape[0]
	}
	return 0
}
