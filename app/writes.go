package app

import (
	"errors"
	"image"
	"io/fs"
	"os"

	"descry/export"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/render"
	"descry/ui/state"
	"descry/ui/state/core"
)

// write does the effects that write a file for a person. Pixels are taken at
// once, since the picture may be released while the file is written.
func (w *performer) write(e core.Effect, send func(core.Action)) {
	var target state.Target
	var do func(path string, mode atomicfile.Mode) error
	switch e := e.(type) {
	case state.WriteCaptioned:
		base := w.gallery.Base(e.Plan.Picture)
		target, do = e.Target, func(path string, mode atomicfile.Mode) error {
			return writeCaptioned(path, base, e.Plan, mode)
		}
	case state.WriteText:
		target, do = e.Target, func(path string, mode atomicfile.Mode) error { return export.WriteText(path, e.Caption, mode) }
	case state.WriteJSON:
		target, do = e.Target, func(path string, mode atomicfile.Mode) error {
			return export.WriteLine(path, export.NewLine(e.Result), mode)
		}
	case state.WriteCOCO:
		target, do = e.Target, func(path string, mode atomicfile.Mode) error {
			c := export.NewCOCO()
			c.Add(e.Name, e.Width, e.Height, e.Instances)
			return c.Write(path, mode)
		}
	case state.WriteLabelMap:
		target, do = e.Target, func(path string, mode atomicfile.Mode) error { return export.WriteLabelMap(path, e.Classes, mode) }
	case state.WriteCutout:
		base := w.gallery.Base(e.Picture)
		target, do = e.Target, func(path string, mode atomicfile.Mode) error {
			if base == nil {
				return gone(path)
			}
			return export.WritePicture(path, render.Cutout(base, e.Instance), mode)
		}
	default:
		return
	}
	send(written(target, do))
}

// written writes one file and says what came of it.
func written(t state.Target, do func(string, atomicfile.Mode) error) core.Action {
	mode := atomicfile.Exclusive
	if t.Overwrite {
		mode = atomicfile.Overwrite
	}
	if sameFile(t.Path, t.Original) {
		return state.ExportFailed{Write: t.Write, Failure: failure.New(failure.Unsupported, "write", t.Path, "this is the picture itself, which Descry never writes over").WithHint("Choose another name.")}
	}
	if err := do(t.Path, mode); err != nil {
		return state.ExportFailed{Write: t.Write, Failure: failure.Of(err, failure.Unreadable), Exists: errors.Is(err, fs.ErrExist)}
	}
	return state.Exported{Write: t.Write, Path: t.Path}
}

// sameFile reports whether two paths are one file, links followed.
func sameFile(a, b string) bool {
	if b == "" {
		return false
	}
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func gone(path string) error {
	return failure.New(failure.Unreadable, "write", path, "the picture is no longer open").WithHint("Open it again and save it then.")
}

// writeCaptioned draws and writes a captioned picture at full size.
func writeCaptioned(path string, base *image.RGBA, plan state.Captioned, mode atomicfile.Mode) error {
	if base == nil {
		return gone(path)
	}
	c := render.Content{Base: base, Items: plan.Items, Classes: plan.Classes, HideClass: plan.HideClass}
	return export.WritePicture(path, render.Captioned(render.Prepare(c, nil), plan.Style, plan.Layout, 1), mode)
}
