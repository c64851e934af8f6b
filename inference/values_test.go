package inference

import (
	"encoding/json"
	"reflect"
	"testing"

	"descry/internal/message"
)

// fill sets every field of v to something other than zero, so that a field that is
// lost in JSON is noticed.
func fill(t *testing.T, v reflect.Value, depth int) {
	if v.Type() == reflect.TypeFor[message.Text]() {
		v.Set(reflect.ValueOf(message.Literal("text"))) // a message travels as its words
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i), depth+1)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), depth+1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), depth+1)
		}
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(9)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	default:
		t.Fatalf("a %s cannot travel to another process", v.Type())
	}
}

// TestCommandsAndEventsArePlainValues checks that commands and events survive JSON,
// apart from the two blobs that travel beside it.
func TestCommandsAndEventsArePlainValues(t *testing.T) {
	for _, kind := range []reflect.Type{reflect.TypeFor[Command](), reflect.TypeFor[Event]()} {
		want := reflect.New(kind)
		fill(t, want.Elem(), 0)
		text, err := json.Marshal(want.Interface())
		if err != nil {
			t.Fatal(err)
		}
		got := reflect.New(kind)
		if err := json.Unmarshal(text, got.Interface()); err != nil {
			t.Fatal(err)
		}
		switch w := want.Interface().(type) {
		case *Command:
			got.Interface().(*Command).Submit.Picture.Pix = w.Submit.Picture.Pix
		case *Event:
			got.Interface().(*Event).Classes.Map = w.Classes.Map
		}
		if !reflect.DeepEqual(want.Interface(), got.Interface()) {
			t.Errorf("%s came back as %s", text, got)
		}
	}
}
