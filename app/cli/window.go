package cli

import (
	"github.com/spf13/cobra"

	"descry/app/services"
	"descry/inference/ort"
)

// windowFlags are the flags of `descry` without a command.
type windowFlags struct {
	runtime   runtimeFlags
	model     string
	catalogue string
	measure   string
}

// add adds the window's flags to the root command.
func (f *windowFlags) add(c *cobra.Command) {
	f.runtime.add(c)
	c.Flags().StringVar(&f.model, "model", "", `model set for this run: "starter", "full", a directory, or a mix`)
	c.Flags().StringVar(&f.catalogue, "catalogue", "", catalogueUsage)
	c.Flags().StringVar(&f.measure, "measure", "", "write what the window does and when to this file")
	_ = c.Flags().MarkHidden("measure") // defined in the line above
}

// window opens the window on the named pictures.
func (p *program) window(f windowFlags, pictures []string) error {
	if _, err := p.services.Catalogue(f.catalogue); err != nil && f.catalogue != "" {
		return err // an error of DESCRY_CATALOGUE is shown on the Models page
	}
	if err := f.runtime.check(); err != nil {
		return err
	}
	return p.openWindow(p.ctx, p.windowOptions(f, pictures))
}

// windowOptions returns the settings overridden by the flags.
func (p *program) windowOptions(f windowFlags, pictures []string) services.WindowOptions {
	o := services.WindowOptions{Settings: p.services.Settings, Runtime: f.runtime.options(), Measure: f.measure, Pictures: pictures}
	o.Runtime.Catalogue = f.catalogue
	if f.model != "" {
		o.Settings.Model = f.model
	}
	if f.runtime.device != ort.DeviceAuto {
		o.Settings.Device = f.runtime.device
	}
	if f.runtime.threads > 0 {
		o.Settings.Threads = f.runtime.threads
	}
	return o
}
