package weights

import (
	"bytes"
	"io"
	"os"
)

// Recognise reports whether the file at path begins as weights do: as safetensors, or
// as torch.save has written it in either of its formats. A file that cannot be read
// does not.
func Recognise(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	in, err := os.Open(path)
	if err != nil {
		return false
	}
	defer in.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(in, head) // weights are longer than that
	head = head[:n]
	safetensors := n > 8 && bytes.Equal(head[4:8], make([]byte, 4)) && head[8] == '{'
	return safetensors || bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, legacyMagic)
}
