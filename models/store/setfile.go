package store

import (
	"encoding/json"
	"io"
	"path/filepath"

	"descry/internal/atomicfile"
	"descry/models"
	"descry/models/catalogue"
)

// setFile is the descry.json of a model; the keys are those of models/README.md.
type setFile struct {
	Format      int      `json:"format"`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	License     string   `json:"license"`
	Caption     *section `json:"caption,omitempty"`
	Instances   *section `json:"instances,omitempty"`
	Classes     *section `json:"classes,omitempty"`
}

type section struct {
	Architecture string `json:"architecture"`
	Weights      string `json:"weights"`
	Config       string `json:"config,omitempty"`
	Preprocessor string `json:"preprocessor,omitempty"`
	Vocabulary   string `json:"vocabulary,omitempty"`
	Categories   string `json:"categories,omitempty"`
	*catalogue.Search
	Score  *float64          `json:"score,omitempty"`
	SHA256 map[string]string `json:"sha256"`
}

// writeSet writes the descry.json of a model whose files are recorded.
func writeSet(dir string, m catalogue.Model, r *models.Record) error {
	s := &section{Architecture: m.Architecture, Search: m.Search, Score: m.Score, SHA256: map[string]string{}}
	keys := map[string]*string{
		catalogue.RoleWeights: &s.Weights, catalogue.RoleConfig: &s.Config, catalogue.RolePreprocessor: &s.Preprocessor,
		catalogue.RoleVocabulary: &s.Vocabulary, catalogue.RoleCategories: &s.Categories,
	}
	for _, f := range m.Files {
		if key := keys[f.Role]; key != nil {
			*key, s.SHA256[f.Role] = f.Name, r.Files[f.Name].SHA256
		}
	}
	set := setFile{Format: 1, Name: m.Name, Description: m.Title, License: m.Licence}
	switch m.For {
	case catalogue.ForCaption:
		set.Caption = s
	case catalogue.ForInstances:
		set.Instances = s
	case catalogue.ForClasses:
		set.Classes = s
	}
	text, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, models.SetFile), atomicfile.Overwrite, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}
