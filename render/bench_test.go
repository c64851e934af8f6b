package render

import (
	"fmt"
	"image"
	"math"
	"testing"

	"descry/inference"
	"descry/inference/rle"
)

// busy returns a picture of w × h pixels with n overlapping blobs, each about a
// fourth of the picture wide, and a class map.
func busy(w, h, n int) Content {
	c := Content{Base: image.NewRGBA(image.Rect(0, 0, w, h)), Classes: &inference.Classes{Width: w, Height: h, Labels: vocNames, Map: make([]byte, w*h), Pixels: make([]int, 21)}}
	for i := range c.Base.Pix {
		c.Base.Pix[i] = byte(i*7) | 0x80
	}
	for i := range n {
		size := w / 4
		bits := make([]byte, size*size)
		for y := range size {
			for x := range size {
				dx, dy := float64(x)-float64(size)/2, float64(y)-float64(size)/2
				r := float64(size) * (0.4 + 0.07*math.Sin(5*math.Atan2(dy, dx)+float64(i)))
				if dx*dx+dy*dy < r*r {
					bits[y*size+x] = 1
				}
			}
		}
		x0, y0 := i%5*(w-size)/5, i/5*(h-size)/4
		m := rle.FromCrop(bits, size, size, y0, x0, h, w)
		c.Items = append(c.Items, Item{i, inference.Instance{Label: cocoOrder[i%80], Score: 1 - float32(i)/100, Mask: &m, Area: m.Area(),
			Box: [4]float32{float32(x0), float32(y0), float32(x0 + size), float32(y0 + size)}}})
		for y := range size {
			for x := range size {
				if bits[y*size+x] != 0 {
					c.Classes.Map[(y+y0)*w+x+x0] = byte(i%20) + 1
				}
			}
		}
	}
	for _, v := range c.Classes.Map {
		c.Classes.Pixels[v]++
	}
	return c
}

func BenchmarkDrawOverlay(b *testing.B) {
	dst := image.NewRGBA(image.Rect(0, 0, 1600, 1000))
	for _, size := range []image.Point{{800, 500}, {1600, 1000}, {4000, 2500}} {
		p := Prepare(busy(size.X, size.Y, 20), nil)
		v := View{Zoom: 1600 / float64(size.X)}
		b.Run(fmt.Sprintf("objects/%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				DrawOverlay(dst, p, v, DefaultStyle())
			}
		})
		b.Run(fmt.Sprintf("classes/%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				DrawOverlay(dst, p, v, Style{ClassMap: true, Opacity: 0.4, Scale: 1, Highlight: -1})
			}
		})
		b.Run(fmt.Sprintf("picture/%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				p.DrawBase(dst, v)
			}
		})
	}
}

func BenchmarkPrepare(b *testing.B) {
	for _, size := range []image.Point{{640, 480}, {4000, 3000}} {
		c := busy(size.X, size.Y, 20)
		b.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(b *testing.B) {
			for b.Loop() {
				Prepare(c, nil)
			}
		})
	}
	c := busy(4000, 3000, 20)
	p := Prepare(c, nil)
	b.Run("one hidden", func(b *testing.B) {
		for b.Loop() {
			Prepare(Content{Base: c.Base, Items: c.Items[1:], Classes: c.Classes}, p)
		}
	})
}
