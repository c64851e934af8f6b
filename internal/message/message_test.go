package message

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"time"
)

func TestAMessageIsFormattedWhenItIsRead(t *testing.T) {
	for _, c := range []struct {
		text Text
		want string
	}{
		{Text{}, ""},
		{Of("70 %% is 0.7."), "70 % is 0.7."},
		{Of("the file ends after %d of %d bytes", 120, 4096), "the file ends after 120 of 4096 bytes"},
		{Of("%s: %s", "a.png", Of("%d rows", 3)), "a.png: 3 rows"},
		{Literal("100 % of it"), "100 % of it"},
		{Literal(""), ""},
		{Of("%v of %.1f and %v in %q", uint8(3), float32(1.25), []int{1, 2}, "a"), `3 of 1.2 and [1 2] in "a"`},
		{Of("%d and %d", uint64(math.MaxUint64), int64(-1)), "18446744073709551615 and -1"},
		{Of("%s and %v", time.Second, errors.New("an error")), "1s and an error"},
	} {
		if got := c.text.String(); got != c.want {
			t.Errorf("%#v reads %q, want %q", c.text, got, c.want)
		}
		if c.text.IsZero() != (c.want == "") {
			t.Errorf("IsZero(%q) is %v", c.want, c.text.IsZero())
		}
	}
}

func TestATranslationMayChangeTheOrder(t *testing.T) {
	defer Translate(nil)
	text := Of("%s has %d rows", "a.png", 3)
	Translate(map[string]string{"%s has %d rows": "%[2]d Zeilen hat %[1]s", "%d rows": "%d Zeilen"})
	if got, want := text.String(), "3 Zeilen hat a.png"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Sprintf("%d rows", 4), "4 Zeilen"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Sprintf("%d columns", 4), "4 columns"; got != want {
		t.Errorf("what the table lacks reads %q, want %q", got, want)
	}
}

func TestAMessageIsAStringInJSON(t *testing.T) {
	text, err := json.Marshal(struct{ M Text }{Of("%d %%", 70)})
	if err != nil || string(text) != `{"M":"70 %"}` {
		t.Fatalf("%s, %v", text, err)
	}
	var back struct{ M Text }
	if err := json.Unmarshal(text, &back); err != nil || back.M.String() != "70 %" {
		t.Errorf("%#v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"M":3}`), &back); err == nil {
		t.Error("a number is taken for a message")
	}
}

func TestASmallNumberKeepsItsDigits(t *testing.T) {
	if got := Of("%v and %.2f", float32(0.1), float32(-2.5)).String(); got != "0.1 and -2.50" {
		t.Errorf("got %s", got)
	}
}
