package desktop

import (
	"context"
	"errors"
	"image"
	"io/fs"
	"os"

	"descry/export"
	"descry/internal/atomicfile"
	"descry/internal/failure"
	"descry/render"
	"descry/ui/state/core"
	picturestate "descry/ui/state/picture"
)

// writeHandlers returns the handlers that save files. They get the pixels first, since
// the picture may be released while the file is written.
func writeHandlers(g *gallery) []handler {
	return []handler{
		on(func(_ context.Context, e picturestate.WriteFile, send func(core.Action)) {
			p := export.Picture{Description: e.Description}
			if e.Captioned != nil {
				base := g.Base(e.Captioned.Picture)
				p.Draw = func() (*image.RGBA, error) { return drawPlan(e.Path, base, e.Captioned) }
			}
			send(written(e.Target, func(path string, mode atomicfile.Mode) error {
				f, known := export.Find(e.Format)
				if !known {
					return failure.New(failure.Unsupported, "write", path, "there is no format %q", e.Format)
				}
				return f.WriteOne(path, p, mode)
			}))
		}),
		on(func(_ context.Context, e picturestate.WriteCutout, send func(core.Action)) {
			base := g.Base(e.Picture)
			send(written(e.Target, func(path string, mode atomicfile.Mode) error {
				if base == nil {
					return gone(path)
				}
				cut := render.Cutout(base, e.Instance)
				if cut == nil {
					return failure.New(failure.Unwritable, "write", path, "the object is empty in this picture")
				}
				return export.WritePNG(path, cut, mode)
			}))
		}),
	}
}

// written writes one file and returns the action that reports the result.
func written(t picturestate.Target, do func(string, atomicfile.Mode) error) core.Action {
	mode := atomicfile.Exclusive
	if t.Overwrite {
		mode = atomicfile.Overwrite
	}
	if sameFile(t.Path, t.Original) {
		return picturestate.ExportFailed{Write: t.Write, Failure: failure.New(failure.Unsupported, "write", t.Path, "this is the original picture, which Descry never overwrites").WithHint("Choose another name.")}
	}
	if err := do(t.Path, mode); err != nil {
		return picturestate.ExportFailed{Write: t.Write, Failure: failure.Of(err, failure.Unwritable), Exists: errors.Is(err, fs.ErrExist)}
	}
	return picturestate.Exported{Write: t.Write, Path: t.Path}
}

// sameFile reports whether two paths lead to the same file, following links.
func sameFile(a, b string) bool {
	if b == "" {
		return false
	}
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

func gone(path string) error {
	return failure.New(failure.Unwritable, "write", path, "the picture is no longer open").WithHint("Open it again, then save it.")
}

// drawPlan draws a captioned picture at full size.
func drawPlan(path string, base *image.RGBA, plan *picturestate.Captioned) (*image.RGBA, error) {
	if base == nil {
		return nil, gone(path)
	}
	c := render.Content{Base: base, Items: plan.Items, Classes: plan.Classes, HideClass: plan.HideClass}
	return render.Captioned(render.Prepare(c, nil), plan.Style, plan.Layout, 1), nil
}

// formats returns the export formats in the window's form.
func formats() []picturestate.Format {
	var all []picturestate.Format
	for _, f := range export.Formats {
		all = append(all, picturestate.Format{ID: f.ID, Suffix: f.Suffix, Drawn: f.Drawn, Endings: f.Endings, Needs: f.Needs, Title: f.Title, Tip: f.Tip})
	}
	return all
}
