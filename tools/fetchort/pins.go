package main

// The official release and the npm package that contain the library. Version and
// hashes belong together: change all of them at once.
const (
	releaseVersion = "1.24.4"
	releaseBase    = "https://github.com/microsoft/onnxruntime/releases/download/v" + releaseVersion

	npmPackage   = "onnxruntime-node@1.24.3"
	npmIntegrity = "JH7+czbc8ALA819vlTgcV+Q214/+VjGeBHDjX81+ZCD0PCVCIFGFNtT0V4sXG/1JXypKPgScQcB3ij/hk3YnTg==" // SHA-512 of the package, base64

	maxArchive = 256 << 20 // bytes; the largest of these archives has 86 MB
	maxLibrary = 128 << 20 // bytes; the largest of these libraries has 36 MB
)

// library describes one system's library and its hashes.
type library struct {
	name    string // name next to the program
	archive string // file of the release
	member  string // path in that archive
	sha     string // SHA-256 of the release's library
	npm     string // path in the npm package
	npmSHA  string // SHA-256 of the npm package's library
}

// libraries by GOOS/GOARCH.
var libraries = map[string]library{
	"linux/amd64": {"libonnxruntime.so.1", "onnxruntime-linux-x64-1.24.4.tgz", "onnxruntime-linux-x64-1.24.4/lib/libonnxruntime.so.1.24.4",
		"d132535d051344ff5c64c9c200004150559049a81ed330eb4422c1962fb6b7e4",
		"package/bin/napi-v6/linux/x64/libonnxruntime.so.1", "92ba8e44d31b80a34f5e805076a044122c3be1fffe0d88ed790de7267b0b2682"},
	"linux/arm64": {"libonnxruntime.so.1", "onnxruntime-linux-aarch64-1.24.4.tgz", "onnxruntime-linux-aarch64-1.24.4/lib/libonnxruntime.so.1.24.4",
		"52b2a0e75e79468404284fec38ad5ee1a7a996232274f5e1b84f3e793fb07554",
		"package/bin/napi-v6/linux/arm64/libonnxruntime.so.1", "33032cb5b91c12edbf028d7c69fa40a31848d66c0095448758af237d5e0b07db"},
	"darwin/arm64": {"libonnxruntime.dylib", "onnxruntime-osx-arm64-1.24.4.tgz", "onnxruntime-osx-arm64-1.24.4/lib/libonnxruntime.1.24.4.dylib",
		"872533f130f1839a5bc01788ddb4f75c83a189763441ba1178788ed965449289",
		"package/bin/napi-v6/darwin/arm64/libonnxruntime.1.24.3.dylib", "76831409ce6eded92b4cb343cf422c458a60c1ea1d5f3cfa69692ab7fcc67f0f"},
	"windows/amd64": {"onnxruntime.dll", "onnxruntime-win-x64-1.24.4.zip", "onnxruntime-win-x64-1.24.4/lib/onnxruntime.dll",
		"b95efb2113b603bbbf3f191061c5516a871ed546893c820e4f3b7b6c358dbf2a",
		"package/bin/napi-v6/win32/x64/onnxruntime.dll", "4bc168111012971ae1ffef36c1f29c06b026d17e9063bd17f6390359fbe32a84"},
	"windows/arm64": {"onnxruntime.dll", "onnxruntime-win-arm64-1.24.4.zip", "onnxruntime-win-arm64-1.24.4/lib/onnxruntime.dll",
		"724d81ac50b11bfaa01ab3ce01b99fb6734a4b762259a8be4395ca662ce99fe6",
		"package/bin/napi-v6/win32/arm64/onnxruntime.dll", "65dd5f706f8dd42ce96f6358ef3180c3c30f390022de00b75ada6f498ba4cce1"},
}
