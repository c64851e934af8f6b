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
	codeModel       = 3   // a model or the runtime is absent or damaged
	codeNetwork     = 4   // a model could not be fetched
	codeStorage     = 5   // the disk or folder of the models does not take it
	codeInterrupted = 130 // interrupted
)

// kindCodes are the exit codes of the kinds of trouble; all others are codeSome.
var kindCodes = map[failure.Kind]int{
	failure.Usage: codeUsage, failure.Model: codeModel, failure.Memory: codeModel, failure.Network: codeNetwork,
	failure.Storage: codeStorage, failure.Cancelled: codeInterrupted,
}

// toldError carries an exit code for trouble that has been told already.
type toldError struct{ code int }

func (e *toldError) Error() string { return "told" }

// codeOf maps an error's kind to an exit code. What is no Failure comes from
// the command line's parser, so it is wrong use.
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
