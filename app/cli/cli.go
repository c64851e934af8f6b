// Package cli implements Descry's command line. Each command has a file: it reads
// flags, calls the services and package describe, and writes text. The function that
// opens the window is a field of Program, so that the package can be built and tested
// without a window.
//
// Every command returns an error; Run alone turns it into one line on standard
// error and an exit code (the table in codes.go).
package cli

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"descry/app/services"
)

// Program holds what the command line needs: its input and outputs, the services, and
// the function that opens the window.
type Program struct {
	In         io.Reader
	Out, Err   io.Writer
	Services   *services.Services
	OpenWindow func(ctx context.Context, o services.WindowOptions) error
}

// program is a running Program.
type program struct {
	ctx        context.Context
	in         io.Reader
	out        io.Writer
	err        io.Writer
	services   *services.Services
	openWindow func(context.Context, services.WindowOptions) error
}

// Run runs the command line and returns an exit code (codes.go). The caller cancels
// ctx on an interrupt.
func (o Program) Run(ctx context.Context, args []string) int {
	p := &program{ctx: ctx, in: o.In, out: o.Out, err: o.Err, services: o.Services, openWindow: o.OpenWindow}
	root := p.command()
	root.SetArgs(args)
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	return p.finish(root.ExecuteContext(ctx))
}

// finish reports an error in one line and returns the exit code.
func (p *program) finish(err error) int {
	if err == nil {
		return codeDone
	}
	var reported *reportedError
	if errors.As(err, &reported) {
		return reported.code
	}
	if p.ctx.Err() != nil {
		say(p.err, "descry: interrupted")
		return codeInterrupted
	}
	say(p.err, "descry: %s", oneLine(err.Error()))
	return codeOf(err)
}

// command returns the tree of commands. Without a command, the arguments are pictures
// for the window.
func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "descry [PICTURE…]",
		Short: "Describe pictures on this machine: caption, objects, classes",
		Long: `Descry writes a caption for a picture, outlines and names every object in it,
classes every pixel, and exports the result. Everything runs on this machine.

Without a command it opens its window, on the pictures named.`,
		Example: `  descry                                   open the window
  descry harbour.png                       open the window on a picture
  descry --catalogue birds.json            open it with models of your own in the list
  descry describe *.jpg                    describe pictures in the terminal
  descry describe --json --out out *.jpg   JSON lines, and files in a folder
  descry doctor                            check what is installed`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          picturesNotCommands,
	}
	root.AddCommand(p.describeCommand(), p.inspectCommand(), p.modelsCommand(), p.doctorCommand(), p.devicesCommand(), p.versionCommand(), p.measureSpeedCommand())
	root.CompletionOptions.DisableDescriptions = false
	root.SetFlagErrorFunc(flagError)
	var window windowFlags
	window.add(root)
	root.RunE = func(_ *cobra.Command, args []string) error { return p.window(window, args) }
	return root
}
