package cli

import (
	"github.com/spf13/cobra"

	"descry/app/services"
)

// measureSpeedCommand is the hidden command by which the window has the speed
// measured.
func (p *program) measureSpeedCommand() *cobra.Command {
	var library string
	c := &cobra.Command{
		Use: services.MeasureSpeedCommand, Short: "Measure what this machine computes in a second", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			p.measureSpeed(library)
			return nil
		},
	}
	c.Flags().StringVar(&library, "ort", "", "ONNX Runtime's library")
	return c
}

// measureSpeed measures on the device of the settings, which models would run on.
func (p *program) measureSpeed(library string) {
	r := p.services.NewRuntime(services.RuntimeOptions{Device: p.services.Settings.Device, Library: library})
	defer r.Close()
	r.MeasureSpeed(p.ctx)
}
