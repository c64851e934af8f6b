package export

import (
	"cmp"
	"io"
	"slices"

	"descry/inference"
	"descry/internal/atomicfile"
)

// COCO gathers the instances of a run in COCO's object-detection format
// (cocodataset.org, "Data format"): images, annotations, categories. Ids count
// from 1, since an annotation with id 0 counts as unmatched in COCOeval.
type COCO struct {
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

// NewCOCO returns an empty collection.
func NewCOCO() *COCO {
	return &COCO{
		file: cocoFile{
			Info: cocoInfo{"Instances found by Descry"}, Images: []cocoImage{},
			Annotations: []cocoAnnotation{}, Categories: []cocoCategory{},
		},
		categories: map[int]string{},
	}
}

// Add adds a picture of width × height pixels and its instances; in may be nil.
func (c *COCO) Add(name string, width, height int, in *inference.Instances) {
	image := cocoImage{len(c.file.Images) + 1, width, height, valid(name)}
	c.file.Images = append(c.file.Images, image)
	if in == nil {
		return
	}
	for _, category := range in.Categories {
		c.categories[category.ID] = category.Name
	}
	for _, i := range inference.ByScore(in.Items) {
		l := lineInstance(in.Items[i])
		if _, ok := c.categories[l.CategoryID]; !ok {
			c.categories[l.CategoryID] = l.Label
		}
		c.file.Annotations = append(c.file.Annotations, cocoAnnotation{
			ID: len(c.file.Annotations) + 1, ImageID: image.ID, CategoryID: l.CategoryID, Segmentation: l.Segmentation,
			BBox: [4]float32{l.Box[0], l.Box[1], l.Box[2] - l.Box[0], l.Box[3] - l.Box[1]}, Area: l.Area, Score: l.Score,
		})
	}
}

// Encode returns the JSON file.
func (c *COCO) Encode() ([]byte, error) {
	c.file.Categories = c.file.Categories[:0]
	for id, name := range c.categories {
		c.file.Categories = append(c.file.Categories, cocoCategory{id, valid(name)})
	}
	slices.SortFunc(c.file.Categories, func(a, b cocoCategory) int { return cmp.Compare(a.ID, b.ID) })
	return marshal(c.file)
}

// Write writes the JSON file.
func (c *COCO) Write(path string, mode atomicfile.Mode) error {
	return atomicfile.Write(path, mode, func(w io.Writer) error {
		text, err := c.Encode()
		if err == nil {
			_, err = w.Write(append(text, '\n'))
		}
		return err
	})
}
