//go:build cgo

package app

import (
	"github.com/spf13/cobra"
)

func addWindowFlags(*cobra.Command) {}

func (p *program) openWindow(*cobra.Command, []string) error { return nil }
