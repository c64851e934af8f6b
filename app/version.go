package app

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  descry version",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(p.out, versionLine())
			return err
		},
	}
}

// versionLine says which build this is.
func versionLine() string {
	return fmt.Sprintf("descry %s (%s/%s, %s)", version, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
