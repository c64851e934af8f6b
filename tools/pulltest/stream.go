package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
)

// standIn stands in for an official file: it has the same length, and is made of a
// seeded stream (AES in counter mode, so that any part can be made separately)
// without being stored.
type standIn struct {
	name string
	size int64
	seed byte
	sum  string // SHA-256
}

// officialSizes are the sizes of the full set's files (models/catalogue) and of the
// small files with them.
var officialSizes = []struct {
	name string
	size int64
}{
	{"pytorch_model.bin", 989820849},
	{"maskrcnn_resnet50_fpn_v2_coco.pth", 185828065},
	{"deeplabv3_resnet101_coco.pth", 244545539},
	{"tokenizer.json", 711396},
	{"config.json", 4563},
	{"preprocessor_config.json", 287},
}

// standIns returns the stand-ins at the given fraction of their size.
func standIns(scale float64) []*standIn {
	var all []*standIn
	for i, o := range officialSizes {
		f := &standIn{name: o.name, size: max(100, int64(float64(o.size)*scale)), seed: byte(i + 1)}
		h := sha256.New()
		io.Copy(h, f.open(0)) // neither fails
		f.sum = hex.EncodeToString(h.Sum(nil))
		all = append(all, f)
	}
	return all
}

// open returns the content; version 0 is the right one, others are different files
// of the same length.
func (f *standIn) open(version byte) *io.SectionReader {
	var key [16]byte
	key[0], key[1] = f.seed, version
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key has a right length
	}
	return io.NewSectionReader(&stream{block: block}, 0, f.size)
}

// stream is the key stream of a block cipher in counter mode. Sequential reads
// continue it without setting it up again.
type stream struct {
	block cipher.Block
	ctr   cipher.Stream
	at    int64
}

func (s *stream) ReadAt(p []byte, off int64) (int, error) {
	if s.ctr == nil || s.at != off {
		var iv [aes.BlockSize]byte
		binary.BigEndian.PutUint64(iv[8:], uint64(off/aes.BlockSize))
		s.ctr = cipher.NewCTR(s.block, iv[:])
		skip := make([]byte, off%aes.BlockSize)
		s.ctr.XORKeyStream(skip, skip)
	}
	clear(p)
	s.ctr.XORKeyStream(p, p)
	s.at = off + int64(len(p))
	return len(p), nil
}
