package export

import (
	"cmp"
	"slices"

	"descry/inference"
	"descry/internal/atomicfile"
	"descry/internal/failure"
)

var cocoFormat = Format{
	ID: "coco", Suffix: ".coco.json", RunFile: "coco.json", Needs: []inference.Task{inference.TaskInstances},
	Title: "Objects as COCO", Tip: "Boxes and masks for other tools",
	Help:  "the objects of the whole run in one coco.json",
	Start: func() Run { return newCOCO() },
}

// coco collects the objects of a run in COCO's object-detection format
// (cocodataset.org, "Data format"): images, annotations, categories. Ids count
// from 1, since an annotation with id 0 counts as unmatched in COCOeval.
type coco struct {
	file       cocoFile
	categories map[int]string
}

type cocoFile struct {
	Info        cocoInfo         `json:"info"`
	Images      []cocoImage      `json:"images"`
	Annotations []cocoAnnotation `json:"annotations"`
	Categories  []cocoCategory   `json:"categories"`
}

type cocoInfo struct {
	Description string `json:"description"`
}

type cocoImage struct {
	ID       int    `json:"id"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	FileName string `json:"file_name"`
}

type cocoAnnotation struct {
	ID           int           `json:"id"`
	ImageID      int           `json:"image_id"`
	CategoryID   int           `json:"category_id"`
	Segmentation *Segmentation `json:"segmentation,omitempty"`
	BBox         [4]float32    `json:"bbox"` // x, y, width, height
	Area         int           `json:"area"`
	IsCrowd      int           `json:"iscrowd"`
	Score        float32       `json:"score"`
}

type cocoCategory struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// newCOCO returns an empty collection.
func newCOCO() *coco {
	return &coco{
		file: cocoFile{
			Info: cocoInfo{"Instances found by Descry"}, Images: []cocoImage{},
			Annotations: []cocoAnnotation{}, Categories: []cocoCategory{},
		},
		categories: map[int]string{},
	}
}

// Add adds a picture and its objects, if any.
func (c *coco) Add(p Picture) error {
	image := cocoImage{len(c.file.Images) + 1, p.Width, p.Height, valid(p.Name)}
	c.file.Images = append(c.file.Images, image)
	if p.Instances == nil {
		return nil
	}
	for _, category := range p.Instances.Categories {
		c.categories[category.ID] = category.Name
	}
	for _, i := range inference.ByScore(p.Instances.Items) {
		l := lineInstance(p.Instances.Items[i])
		if _, ok := c.categories[l.CategoryID]; !ok {
			c.categories[l.CategoryID] = l.Label
		}
		c.file.Annotations = append(c.file.Annotations, cocoAnnotation{
			ID: len(c.file.Annotations) + 1, ImageID: image.ID, CategoryID: l.CategoryID, Segmentation: l.Segmentation,
			BBox: [4]float32{l.Box[0], l.Box[1], l.Box[2] - l.Box[0], l.Box[3] - l.Box[1]}, Area: l.Area, Score: l.Score,
		})
	}
	return nil
}

// Write writes the JSON file.
func (c *coco) Write(path string, mode atomicfile.Mode) error {
	c.file.Categories = c.file.Categories[:0]
	for id, name := range c.categories {
		c.file.Categories = append(c.file.Categories, cocoCategory{id, valid(name)})
	}
	slices.SortFunc(c.file.Categories, func(a, b cocoCategory) int { return cmp.Compare(a.ID, b.ID) })
	text, err := marshal(c.file)
	if err != nil {
		return failure.Wrap(failure.Model, "write", path, err, "")
	}
	return writeText(path, string(text), mode)
}
