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
	hintDamaged = "Open it in the program that made it and save it again, or copy or download it again."
	hintConvert = "Save it as JPEG or PNG and open that."
	hintLimit   = "Make it smaller in an image editor, or raise the limit in the settings."
)

func damaged(format string, args ...any) *failure.Failure {
	return failure.New(failure.Unreadable, "decode", "", format, args...).WithHint(hintDamaged)
}

func unsupported(format string, args ...any) *failure.Failure {
	return failure.New(failure.Unsupported, "decode", "", format, args...).WithHint(hintConvert)
}

func tooLarge(format string, args ...any) *failure.Failure {
	return failure.New(failure.TooLarge, "decode", "", format, args...).WithHint(hintLimit)
}

// decoderFailure converts a decoder's error to a Failure of the right kind.
func decoderFailure(f *pictureFile, format string, err error) *failure.Failure {
	if f.ctx.Err() != nil {
		err = f.ctx.Err()
	}
	var own *failure.Failure
	if errors.As(err, &own) {
		return failure.Wrap(own.Kind, own.Op, f.name, own, "")
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failure.Wrap(failure.Cancelled, "decode", f.name, err, "")
	case endsEarly(err):
		return failure.New(failure.Unreadable, "decode", f.name,
			"the %s file is incomplete: it ends after %s bytes", format, grouped(f.size)).WithHint("Copy or download it again.")
	case isUnsupported(err):
		return failure.New(failure.Unsupported, "decode", f.name,
			"this kind of %s is not read (%s)", format, reason(err)).WithHint(hintConvert)
	}
	return failure.New(failure.Unreadable, "decode", f.name,
		"the %s file is damaged (%s)", format, reason(err)).WithHint(hintDamaged)
}

// endsEarly reports whether a decoder ran out of bytes. Those of package image and
// golang.org/x/image have no error of their own for it, only a text.
func endsEarly(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || strings.Contains(err.Error(), "not enough")
}

func isUnsupported(err error) bool {
	var j jpegplanes.UnsupportedError
	var p png.UnsupportedError
	var t tiff.UnsupportedError
	return errors.As(err, &j) || errors.As(err, &p) || errors.As(err, &t) || errors.Is(err, bmp.ErrUnsupported)
}

// reason returns a decoder's error without its package's name.
func reason(err error) string {
	text := err.Error()
	for _, prefix := range []string{"png: invalid format: ",
		"png: unsupported feature: ", "tiff: invalid format: ", "tiff: unsupported feature: ", "gif: ", "bmp: ",
		"webp: ", "vp8l: ", "vp8: ", "riff: ", "lzw: ", "zlib: ", "ccitt: "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}

// grouped formats a number with commas between the thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
