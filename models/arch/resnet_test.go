package arch

import (
	"fmt"
	"strings"
	"testing"

	"descry/models/onnx"
)

// basicBody adds the layers of a ResNet of basic blocks, without its classifier.
func (s shapes) basicBody(prefix string, blocks [4]int) {
	s.conv(prefix+"conv1", prefix+"bn1", 64, 3, 7, false)
	in := int64(64)
	for stage, n := range blocks {
		out := int64(64 << stage)
		for b := range n {
			at := fmt.Sprintf("%slayer%d.%d.", prefix, stage+1, b)
			s.conv(at+"conv1", at+"bn1", out, in, 3, false)
			s.conv(at+"conv2", at+"bn2", out, out, 3, false)
			if in != out {
				s.conv(at+"downsample.0", at+"downsample.1", out, in, 1, false)
			}
			in = out
		}
	}
}

// learnt is s without the statistics of the norms: what torchvision counts.
func (s shapes) learnt() shapes {
	learnt := shapes{}
	for name, shape := range s {
		if !strings.Contains(name, ".running_") {
			learnt[name] = shape
		}
	}
	return learnt
}

func TestBodiesOfEveryDepthAreBuiltFromTheirNamesAndShapes(t *testing.T) {
	for name, c := range map[string]struct {
		basic      bool
		blocks     [4]int
		parameters int64 // torchvision's num_params
		classifier int64 // of which its last layer has so many
		channels   int64 // of the last stage
	}{
		"R18":  {true, [4]int{2, 2, 2, 2}, 11_689_512, 513_000, 512},
		"R34":  {true, [4]int{3, 4, 6, 3}, 21_797_672, 513_000, 512},
		"R50":  {false, [4]int{3, 4, 6, 3}, 25_557_032, 2_049_000, 2048},
		"R101": {false, [4]int{3, 4, 23, 3}, 44_549_160, 2_049_000, 2048},
		"R152": {false, [4]int{3, 8, 36, 3}, 60_192_808, 2_049_000, 2048},
	} {
		t.Run(name, func(t *testing.T) {
			s := shapes{}
			if c.basic {
				s.basicBody("", c.blocks)
			} else {
				s.body("", c.blocks)
			}
			if n := s.learnt().numbers(); n != c.parameters-c.classifier {
				t.Fatalf("the table has %d parameters, torchvision's body %d", n, c.parameters-c.classifier)
			}
			f := s.file(t)
			g := onnx.NewGraph(name)
			body := newResNet(module{g, f, ""}, batchNormEps, dilations{})
			g.Output("map", body.forward(g.Input("pixels", onnx.Float, onnx.Dims(1, 3, "height", "width")))[3])
			if _, err := g.Build(); err != nil {
				t.Fatal(err)
			}
			for stage, n := range c.blocks {
				if have := len(body.stages[stage]); have != n {
					t.Errorf("stage %d has %d blocks, want %d", stage+1, have, n)
				}
			}
			if body.channels(3) != c.channels || hasBasicBlocks(f, "") != c.basic {
				t.Errorf("%d channels, want %d; basic blocks: %v", body.channels(3), c.channels, hasBasicBlocks(f, ""))
			}
		})
	}
}

func TestBasicBlocksAreNotDilated(t *testing.T) {
	s := shapes{}
	s.basicBody("", [4]int{2, 2, 2, 2})
	g := onnx.NewGraph("dilated")
	newResNet(module{g, s.file(t), ""}, batchNormEps, dilations{false, false, true})
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "replace_stride_with_dilation") {
		t.Errorf("%v", err)
	}
}
