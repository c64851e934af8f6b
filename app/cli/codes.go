package cli

import (
	"errors"

	"descry/internal/failure"
)

// The exit codes of the command line.
const (
	codeDone        = 0   // all done
	codeSome        = 1   // some pictures failed, each with one line on standard error
	codeUsage       = 2   // wrong use
	codeModel       = 3   // a model or the runtime is missing or damaged
	codeNetwork     = 4   // a model could not be downloaded
	codeStorage     = 5   // a model could not be written to the disk
	codeInterrupted = 130 // interrupted
)

// kindCodes maps kinds of failure to exit codes; all other kinds have codeSome.
var kindCodes = map[failure.Kind]int{
	failure.Usage: codeUsage, failure.Model: codeModel, failure.Memory: codeModel, failure.Network: codeNetwork,
	failure.Storage: codeStorage, failure.Cancelled: codeInterrupted,
}

// reportedError carries an exit code for an error that has already been reported.
type reportedError struct{ code int }

func (e *reportedError) Error() string { return "already reported" }

// codeOf returns the exit code of an error. An error that is not a Failure comes from
// the flag parser, so its code is codeUsage.
func codeOf(err error) int {
	var f *failure.Failure
	if !errors.As(err, &f) {
		return codeUsage
	}
	if code, ok := kindCodes[f.Kind]; ok {
		return code
	}
	return codeSome
}
