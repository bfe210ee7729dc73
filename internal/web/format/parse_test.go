package format_test

import (
	"testing"

	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/web/format"
)

func TestParseReadsWhatPeopleType(t *testing.T) {
	en, de := format.English, format.German
	for _, row := range []struct {
		locale     format.Locale
		text, want string
	}{
		{en, "1,360", "1360"}, {en, "1360.5", "1360.5"}, {en, " −12.30 ", "-12.3"}, {en, "1 234.50", "1234.5"},
		{de, "1.360,5", "1360.5"}, {de, "0,25", "0.25"}, {de, "1.360", "1360"},
	} {
		got, err := row.locale.Parse(row.text)
		if err != nil || !got.Equal(money.MustParse(row.want)) {
			t.Errorf("%s %q: %v, %v; want %s", row.locale.Tag, row.text, got, err, row.want)
		}
	}
	for _, text := range []string{"1,5", "1,23,456", "12a", "", "1.2.3", "1.2,3"} {
		if got, err := en.Parse(text); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func TestInputIsReadBack(t *testing.T) {
	for _, text := range []string{"0", "-12.5", "1234567.000001", "42"} {
		d := money.MustParse(text)
		for _, locale := range []format.Locale{format.English, format.German} {
			if got, err := locale.Parse(locale.Input(d)); err != nil || !got.Equal(d) {
				t.Errorf("%s %s: read back as %v, %v", locale.Tag, text, got, err)
			}
		}
	}
}
