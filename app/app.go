// Package app is the entry point of the program: Main creates the services and
// passes them to the command line, together with the function that opens the
// window.
//
// Dependencies go in one direction only. Packages cli and desktop use services
// and do not import each other; desktop uses package system for the file dialogs,
// the clipboard and the file manager.
package app

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"descry/app/cli"
	"descry/app/desktop"
	"descry/app/services"
)

// Main runs Descry and returns its exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := services.New(os.Getenv)
	closeCrash := services.KeepCrashFile(s.Dirs.State)
	defer closeCrash()
	p := cli.Program{In: in, Out: out, Err: errs, Services: s, OpenWindow: func(ctx context.Context, o services.WindowOptions) error {
		return desktop.Open(ctx, s, o)
	}}
	return p.Run(ctx, args)
}
