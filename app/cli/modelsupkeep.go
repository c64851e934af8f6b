package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"descry/internal/failure"
	"descry/internal/message"
	"descry/models/store"
)

func (p *program) modelsImportCommand(f *modelsFlags) *cobra.Command {
	var inPlace bool
	c := &cobra.Command{
		Use:   "import PATH…",
		Short: "Import models from files and folders, without a network",
		Long: `Looks through files and folders and takes every file of a known model, recognised
by its SHA-256 whatever its name. Files are copied; with --in-place the weights
are used where they lie (and are then never touched by verify or remove).

To carry models to a machine without internet:
  DESCRY_HOME=/media/stick/descry descry models pull --copy full    here
  descry models import /media/stick/descry                          there`,
		Example: `  descry models import ~/Downloads/maskrcnn_resnet50_fpn_v2_coco-73cbd019.pth
  descry models import --in-place /data/models
  descry models import /media/stick/descry`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("no file or folder named")
			}
			return p.importModels(f, args, inPlace)
		},
	}
	c.Flags().BoolVar(&inPlace, "in-place", false, "use the weights where they lie instead of copying them")
	return c
}

func (p *program) importModels(f *modelsFlags, paths []string, inPlace bool) error {
	s, err := f.open(p)
	if err != nil {
		return err
	}
	show := newModelProgress(p, f.json)
	report, err := s.Import(p.ctx, paths, inPlace, show.update)
	show.close()
	if f.json {
		if jsonErr := writeJSON(p.out, report); jsonErr != nil {
			return jsonErr
		}
	}
	if err != nil {
		return show.failure(err)
	}
	for _, path := range report.Other {
		say(p.err, "descry: %s is not a file of a known model", printable(path))
	}
	if len(report.Models) == 0 {
		return failure.New(failure.Model, "import", strings.Join(paths, ", "), "none of the %d files there is a model's weights that the catalogue knows", report.Files).WithHint("descry models list has the names; a folder with a descry.json is used with --model FOLDER.")
	}
	if !f.json {
		var items []store.Item
		for _, m := range report.Models {
			items = append(items, m.Item)
		}
		p.printReady(items)
	}
	return nil
}

func (p *program) modelsVerifyCommand(f *modelsFlags) *cobra.Command {
	var repair bool
	c := &cobra.Command{
		Use:   "verify [NAME…]",
		Short: "Check the files of installed models against their hashes",
		Long: `Reads every file of the models named, or of all, and compares its SHA-256. With
--repair what is damaged is downloaded again; a file of another program that is used
in place is left alone, and a copy of one's own fetched. Exit code 3 where
something is damaged.`,
		Example:           "  descry models verify\n  descry models verify --repair blip-base",
		ValidArgsFunction: p.modelNames(f),
		RunE:              func(_ *cobra.Command, args []string) error { return p.verifyModels(f, args, repair) },
	}
	c.Flags().BoolVar(&repair, "repair", false, "download damaged files again")
	return c
}

func (p *program) verifyModels(f *modelsFlags, names []string, repair bool) error {
	s, err := f.open(p)
	if err != nil {
		return err
	}
	show := newModelProgress(p, f.json)
	verdicts, err := s.Verify(p.ctx, names, repair, show.update)
	show.close()
	if f.json {
		if verdicts == nil {
			verdicts = []store.Verdict{}
		}
		if jsonErr := writeJSON(p.out, verdicts); jsonErr != nil {
			return jsonErr
		}
	}
	if err != nil && len(verdicts) == 0 {
		return show.failure(err)
	}
	damaged := 0
	for _, v := range verdicts {
		if !v.OK && !v.Repaired {
			damaged++
		}
		if !f.json {
			fmt.Fprintln(p.out, verdictLine(v))
		}
	}
	switch {
	case err != nil:
		return show.failure(err)
	case damaged > 0:
		return failure.New(failure.Model, "check", "", "%d of %d files are damaged", damaged, len(verdicts)).WithHint("Run descry models verify --repair.")
	case len(verdicts) == 0 && !f.json:
		say(p.out, "no models are installed but the built-in ones, which check themselves")
	}
	return nil
}

// verdictLine returns the line about a verdict.
func verdictLine(v store.Verdict) string {
	line := message.Of("%s %s: ok", v.Model, v.File)
	switch {
	case v.Repaired:
		line = message.Of("%s %s: repaired: %s", v.Model, v.File, v.Problem)
	case !v.OK:
		line = message.Of("%s %s: DAMAGED: %s", v.Model, v.File, v.Problem)
	case !v.Pinned:
		line = message.Of("%s %s: ok, as it was when it came (not pinned by Descry)", v.Model, v.File)
	}
	return printable(line.String())
}

func (p *program) modelsRemoveCommand(f *modelsFlags) *cobra.Command {
	var unused, yes bool
	c := &cobra.Command{
		Use:   "remove NAME… | --unused",
		Short: "Delete installed models",
		Long: `Deletes models by name, or the models of a set that no other complete set uses.
Files of other programs that are used in place stay, and so do files that a set
of your own names. --unused deletes older revisions, files that were kept aside
as wrong, and parts of finished transfers.`,
		Example:           "  descry models remove maskrcnn-v1\n  descry models remove fast\n  descry models remove --unused",
		ValidArgsFunction: p.modelNames(f),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 && !unused {
				return usage("no model named").WithHint("Name models or sets, or give --unused.")
			}
			return p.removeModels(f, args, unused, yes)
		},
	}
	c.Flags().BoolVar(&unused, "unused", false, "delete what nothing uses")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return c
}

func (p *program) removeModels(f *modelsFlags, names []string, unused, yes bool) error {
	s, err := f.open(p)
	if err != nil {
		return err
	}
	if !yes && !f.json && len(names) > 0 && !p.agree(message.Sprintf("Delete %s?", strings.Join(names, ", "))) {
		return failure.New(failure.Cancelled, "remove", "", "nothing was deleted")
	}
	freed := []store.Freed{}
	if unused {
		freed, err = s.RemoveUnused(p.ctx)
	}
	if err == nil && len(names) > 0 {
		var more []store.Freed
		more, err = s.Remove(p.ctx, names)
		freed = append(freed, more...)
	}
	if f.json {
		if freed == nil {
			freed = []store.Freed{}
		}
		if jsonErr := writeJSON(p.out, freed); jsonErr != nil {
			return jsonErr
		}
		return err
	}
	var total int64
	for _, x := range freed {
		total += x.Bytes
		if x.Kept != "" {
			say(p.out, "%s: %s freed; %s", printable(x.Model), store.Size(x.Bytes), printable(x.Kept))
		} else {
			say(p.out, "%s: %s freed", printable(x.Model), store.Size(x.Bytes))
		}
	}
	if err == nil {
		say(p.out, "%s freed in total", store.Size(total))
	}
	return err
}
