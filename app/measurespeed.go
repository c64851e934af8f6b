package app

import (
	"context"

	"github.com/spf13/cobra"

	"descry/inference/ort"
	"descry/internal/machine"
)

// measureSpeed makes sure that the book of speeds knows what the device that models
// would run on computes in a second, so that seconds can be told of models that
// have never run. It takes some 0.3 s, once for each version of ONNX Runtime, and
// says nothing where there is no library: then seconds are not told.
func (p *program) measureSpeed(ctx context.Context) {
	p.measureSpeedOf(ctx, runtimeFlags{device: p.loaded.Device})
}

// gaugeCommand is the hidden command by which the window has the speed measured.
const gaugeCommand = "measure-speed"

func (p *program) gaugeCommand() *cobra.Command {
	var f runtimeFlags
	c := &cobra.Command{
		Use: gaugeCommand, Short: "Measure what this machine computes in a second", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f.device = p.loaded.Device
			p.measureSpeedOf(p.ctx, f)
			return nil
		},
	}
	c.Flags().StringVar(&f.ort, "ort", "", "ONNX Runtime's library")
	return c
}

func (p *program) measureSpeedOf(ctx context.Context, f runtimeFlags) {
	library, err := p.openLibrary(f)
	if err != nil {
		return
	}
	defer library.Close()
	device := p.loaded.Device
	if device == "" || device == ort.DeviceAuto {
		for _, d := range library.Devices() {
			if d.Trouble == nil {
				device = d.ID
				break
			}
		}
	}
	if _, err := p.speeds().Measured(ctx, library, device, machine.Cores()); err != nil && device != ort.DeviceCPU {
		_, _ = p.speeds().Measured(ctx, library, ort.DeviceCPU, machine.Cores()) // without it nothing is told
	}
}
