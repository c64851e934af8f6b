//go:build !cgo

package app

import (
	"github.com/spf13/cobra"

	"descry/internal/failure"
)

// openWindow says that this build has none.
func (p *program) openWindow(*cobra.Command, []string) error {
	return failure.New(failure.Usage, "open", "", "this build of Descry has no window").WithHint("Use descry describe, or build with cgo (CGO_ENABLED=1).")
}
