package cli

import (
	"github.com/spf13/cobra"

	"descry/app/services"
)

// measureSpeedCommand returns the hidden command with which the window measures the
// speed of this machine.
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

// measureSpeed measures the speed of the device chosen in the settings.
func (p *program) measureSpeed(library string) {
	r := p.services.NewRuntime(services.RuntimeOptions{Device: p.services.Settings.Device, Library: library})
	defer r.Close()
	r.MeasureSpeed(p.ctx)
}
