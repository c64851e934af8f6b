// Package app is Descry as a program: Main makes the services and hands them to
// the command line, and with them what opens the window.
//
// The parts know one another in one direction only. Packages cli and desktop use
// services, and neither knows the other; package system is the desktop's own way
// to dialogs, clipboard and file manager.
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
