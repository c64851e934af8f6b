package picture

import "image"

// yuvSource returns a lossy WebP's rows as libwebp does: chroma is interpolated
// ("fancy upsampling", src/dsp/upsampling.c) and converted from the limited range
// of ITU-R BT.601 (src/dsp/yuv.h). image.YCbCr's own conversion assumes JPEG's full
// range and would grey the picture.
func yuvSource(m *image.YCbCr, alpha []byte, stride int) source {
	s := source{width: m.Rect.Dx(), height: m.Rect.Dy(), hasAlpha: alpha != nil}
	columns, lines := (s.width+1)/2, (s.height+1)/2
	s.row = func(y int, rgb, a []byte) {
		near := y / 2
		far := near - 1
		if y%2 == 1 {
			far = near + 1
		}
		far = min(max(far, 0), lines-1)
		n, d := near*m.CStride, far*m.CStride
		upsampleYUV(rgb, m.Y[y*m.YStride:][:s.width], m.Cb[n:][:columns], m.Cb[d:][:columns], m.Cr[n:][:columns], m.Cr[d:][:columns])
		if alpha != nil {
			copy(a, alpha[y*stride:][:s.width])
		}
	}
	return s
}

// upsampleYUV converts one row from its luma and the nearer and further chroma
// rows. As in libwebp, the 9:3:3:1 mean is taken in two steps, each rounded.
func upsampleYUV(rgb, luma, u, uFar, v, vFar []byte) {
	for x, y := range luma {
		i := x / 2
		j := i + 1
		if x%2 == 0 {
			j = i - 1
		}
		if j < 0 || j >= len(u) {
			yuvPixel(rgb[3*x:3*x+3], int(y), (3*int(u[i])+int(uFar[i])+2)>>2, (3*int(v[i])+int(vFar[i])+2)>>2)
			continue
		}
		yuvPixel(rgb[3*x:3*x+3], int(y), yuvMean(u[i], u[j], uFar[i], uFar[j]), yuvMean(v[i], v[j], vFar[i], vFar[j]))
	}
}

// yuvMean is (9·nearest + 3·beside + 3·across + opposite + 8) >> 4, as
// libwebp computes it: the mean of all with the diagonal pair counted double,
// then the mean of that and the nearest.
func yuvMean(nearest, beside, across, opposite byte) int {
	n, b, a, o := int(nearest), int(beside), int(across), int(opposite)
	diagonal := (n + b + a + o + 8 + 2*(b+a)) >> 3
	return (diagonal + n) >> 1
}

// yuvPixel computes VP8YUVToR, G and B: 14 bits of fraction, 8 of them dropped at
// each product.
func yuvPixel(out []byte, y, u, v int) {
	luma := y * 19077 >> 8
	out[0] = yuvClip(luma + v*26149>>8 - 14234)
	out[1] = yuvClip(luma - u*6419>>8 - v*13320>>8 + 8708)
	out[2] = yuvClip(luma + u*33050>>8 - 17685)
}

func yuvClip(v int) byte {
	switch {
	case v < 0:
		return 0
	case v >= 256<<6:
		return 255
	}
	return byte(v >> 6)
}
