package export

import (
	"descry/inference"
	"descry/internal/atomicfile"
)

var textFormat = Format{
	ID: "txt", Suffix: ".txt", Needs: []inference.Task{inference.TaskCaption},
	Title: "Caption as text", Tip: "The caption, in a text file",
	Help: "the caption as text",
	Write: func(path string, p Picture, mode atomicfile.Mode) error {
		return writeText(path, valid(p.Text()), mode)
	},
}
