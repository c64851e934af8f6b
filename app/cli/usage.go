package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/internal/nearest"
)

// flagError returns the error for an invalid flag, with the flag that was probably
// meant.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var known []string
		c.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := nearest.Word(unknown.GetSpecifiedName(), known); near != "" {
			return usage("%s", err).WithHint("Did you mean --%s?", near)
		}
	}
	return usage("%s", err).WithHint("Run %s --help for the flags it has.", c.CommandPath())
}

// commandNames returns the names of c's commands.
func commandNames(c *cobra.Command) []string {
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	return names
}

// knownCommand returns an error for an argument that is not one of c's commands, with
// the nearest command.
func knownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return meant(usage("%s has no command %q", c.CommandPath(), args[0]), args[0], commandNames(c))
}

// picturesNotCommands accepts pictures, but not a mistyped command, which would open
// the window on a file that does not exist.
func picturesNotCommands(c *cobra.Command, args []string) error {
	if len(args) == 0 || strings.ContainsAny(args[0], `./\`) {
		return nil
	}
	if _, err := os.Lstat(args[0]); err == nil {
		return nil
	}
	if near := nearest.Word(args[0], commandNames(c)); near != "" {
		return usage("%q is neither a picture nor a command", args[0]).WithHint("Did you mean %s?", near)
	}
	return nil
}

// usage returns a usage error, which has exit code 2.
func usage(format string, args ...any) *failure.Failure {
	return failure.New(failure.Usage, "use", "", format, args...)
}

// say writes a message for people as a line. The format must be a constant.
func say(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintln(w, message.Sprintf(format, args...))
	return err
}

// meant adds the known word nearest to got to an error about an unknown word.
func meant(f *failure.Failure, got string, known []string) *failure.Failure {
	if near := nearest.Word(got, known); near != "" {
		return f.WithHint("Did you mean %s?", near)
	}
	return f
}

// oneLine joins the lines of an error message, which may contain a file name or a
// library's text.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
