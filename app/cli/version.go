package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"descry/app/services"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  descry version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.out, services.VersionLine())
			return err
		},
	}
}
