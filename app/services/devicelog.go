package services

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"descry/inference"
)

// deviceLogName is the file name of the log in Dirs.State, one JSON object per line.
const deviceLogName = "devices.log"

// maxDeviceLog is the size in bytes at which the log is renamed, replacing the
// previous renamed log.
const maxDeviceLog = 256 << 10

// deviceEntry is a line of the log.
type deviceEntry struct {
	Time    time.Time `json:"time"`
	Device  string    `json:"device"`
	Used    string    `json:"used"`
	During  string    `json:"during,omitempty"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Detail  string    `json:"detail,omitempty"`
}

// DeviceLog is the log of devices that failed and were given up. Errors of the log
// itself are not reported, because each entry is also sent as an event.
type DeviceLog struct {
	mu   sync.Mutex
	path string
	now  func() time.Time
}

// NewDeviceLog returns the log in the folder state.
func NewDeviceLog(state string) *DeviceLog {
	return &DeviceLog{path: filepath.Join(state, deviceLogName), now: time.Now}
}

// Lost logs a device that was given up.
func (l *DeviceLog) Lost(d *inference.DeviceLost) {
	l.log(deviceEntry{Device: d.Device, Used: d.Used, During: d.During, Reason: d.Reason, Message: d.Message, Detail: d.Detail})
}

// log appends one line.
func (l *DeviceLog) log(e deviceEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Time = l.now().UTC()
	text, err := json.Marshal(e)
	if err != nil || os.MkdirAll(filepath.Dir(l.path), 0o755) != nil {
		return
	}
	if info, err := os.Stat(l.path); err == nil && info.Size() > maxDeviceLog {
		_ = os.Rename(l.path, l.path+".old") // if that fails, the log keeps growing
	}
	f, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return
	}
	defer f.Close()
	_, _ = f.Write(append(text, '\n'))
}
