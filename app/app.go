// Package app is Descry's command line and wiring: the only package that knows
// all the others. It reads flags and settings, finds ONNX Runtime and the model
// set, starts the worker, and hands both to the window or to a command.
//
// Every command returns an error; Main alone turns it into one line on standard
// error and an exit code (the table in codes.go).
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descry/inference/speed"
	"descry/internal/failure"
	"descry/internal/nearest"
	"descry/settings"
)

// version is set by the Makefile from git describe.
var version = "unknown"

// program is what every command gets: where it reads and writes, and where its
// files live.
type program struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	err    io.Writer
	dirs   Dirs
	lost   *deviceLog
	speeds func() *speed.Book // opened when it is first asked for
	loaded settings.Settings
	window windowFlags
}

// Main runs the command line and returns the exit code of codes.go.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &program{ctx: ctx, in: in, out: out, err: errs, dirs: FindDirs(os.Getenv)}
	p.lost = newDeviceLog(p.dirs.State)
	p.speeds = sync.OnceValue(func() *speed.Book {
		book, _ := speed.Open(p.dirs.Speed()) // an unreadable one is begun again
		return book
	})
	p.loaded = loadSettings(p.dirs.Config)
	closeCrash := keepCrashFile(p.dirs.State)
	defer closeCrash()

	root := p.command()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	return p.finish(root.ExecuteContext(ctx))
}

// finish writes the one line an error is worth and picks the exit code.
func (p *program) finish(err error) int {
	if err == nil {
		return codeDone
	}
	var told *toldError
	if errors.As(err, &told) {
		return told.code
	}
	if p.ctx.Err() != nil {
		fmt.Fprintln(p.err, "descry: interrupted")
		return codeInterrupted
	}
	fmt.Fprintln(p.err, "descry: "+oneLine(err.Error()))
	return codeOf(err)
}

// command builds the whole tree of commands. Without a command, the arguments
// are pictures for the window.
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
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := p.catalogueOf(p.window.catalogue); err != nil && p.window.catalogue != "" {
				return err // one that a variable names is told on the Models page
			}
			return p.openWindow(c, args)
		},
	}
	root.AddCommand(p.describeCommand(), p.fidelityCommand(), p.modelsCommand(), p.doctorCommand(), p.devicesCommand(), p.versionCommand(), p.gaugeCommand())
	root.CompletionOptions.DisableDescriptions = false
	root.SetFlagErrorFunc(flagError)
	p.addWindowFlags(root)
	return root
}

// flagError names the flag that was probably meant.
func flagError(c *cobra.Command, err error) error {
	message, hint := err.Error(), "Run "+c.CommandPath()+" --help for the flags it has."
	if name, ok := strings.CutPrefix(message, "unknown flag: --"); ok {
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := nearest.Word(name, known); near != "" {
			hint = "Did you mean --" + near + "?"
		}
	}
	return failure.New(failure.Usage, "flags", "", "%s", message).WithHint("%s", hint)
}

// commandNames are the names of c's commands.
func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// knownCommand refuses a word that is none of c's commands and names the
// nearest.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usage(fmt.Sprintf("%s has no command %q", c.CommandPath(), args[0]), didYouMean(args[0], commandNames(c)))
}

// picturesNotCommands lets pictures pass, but not a mistyped command, which
// would open the window on a file that does not exist.
func picturesNotCommands(c *cobra.Command, args []string) error {
	if len(args) == 0 || strings.ContainsAny(args[0], `./\`) {
		return nil
	}
	if _, err := os.Lstat(args[0]); err == nil {
		return nil
	}
	if near := nearest.Word(args[0], commandNames(c)); near != "" {
		return usage(fmt.Sprintf("%q is neither a picture nor a command", args[0]), "Did you mean "+near+"?")
	}
	return nil
}

// usage is the error of wrong use: exit code 2.
func usage(message, hint string) error {
	return failure.New(failure.Usage, "use", "", "%s", message).WithHint("%s", hint)
}

// oneLine keeps an error on one line whatever a file name or library put in.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
