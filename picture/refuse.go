package picture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"image/png"

	"descry/internal/failure"
	"descry/picture/jpegplanes"
)

// What to do about the usual troubles.
const (
	hintDamaged = "Open it in the program that made it and save it again, or copy it again from where it came."
	hintConvert = "Save it as JPEG or PNG and open that."
	hintLimit   = "Make it smaller in an image editor, or raise the limit in the settings."
)

func damaged(format string, args ...any) *failure.Failure {
	return failure.New(failure.Unreadable, "decode", "", format, args...).WithHint("%s", hintDamaged)
}

func unsupported(format string, args ...any) *failure.Failure {
	return failure.New(failure.Unsupported, "decode", "", format, args...).WithHint("%s", hintConvert)
}

func tooLarge(format string, args ...any) *failure.Failure {
	return failure.New(failure.TooLarge, "decode", "", format, args...).WithHint("%s", hintLimit)
}

// decoderFailure turns a decoder's error into a Failure of the right kind.
func decoderFailure(f *file, format string, err error) *failure.Failure {
	if f.ctx.Err() != nil {
		err = f.ctx.Err()
	}
	var own *failure.Failure
	if errors.As(err, &own) {
		return failure.Wrap(own.Kind, own.Op, f.name, own, "%s", own.Hint)
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failure.Wrap(failure.Cancelled, "decode", f.name, err, "")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), strings.Contains(err.Error(), "not enough"):
		return failure.New(failure.Unreadable, "decode", f.name,
			"the %s file ends too early (after %s bytes): it was cut off", format, grouped(f.size)).WithHint("Copy or download it again.")
	case isUnsupported(err):
		return failure.New(failure.Unsupported, "decode", f.name,
			"this kind of %s is not read (%s)", format, reason(err)).WithHint("%s", hintConvert)
	}
	return failure.New(failure.Unreadable, "decode", f.name,
		"the %s file is damaged (%s)", format, reason(err)).WithHint("%s", hintDamaged)
}

func isUnsupported(err error) bool {
	var j jpegplanes.UnsupportedError
	var p png.UnsupportedError
	var t tiff.UnsupportedError
	return errors.As(err, &j) || errors.As(err, &p) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported)
}

// reason is a decoder's error without its package's name.
func reason(err error) string {
	text := err.Error()
	for _, prefix := range []string{"png: invalid format: ",
		"png: unsupported feature: ", "tiff: invalid format: ", "tiff: unsupported feature: ", "gif: ", "bmp: ",
		"webp: ", "vp8l: ", "vp8: ", "riff: ", "lzw: ", "zlib: ", "ccitt: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// grouped writes a number with commas between the thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
