package table

import (
	"strings"
	"testing"
)

func TestScanner(t *testing.T) {
	tests := []struct {
		name, data string
		want       []string // line:field|field
	}{
		{"plain, blank lines, CRLF", "a,b\r\n\r\n1,2\n", []string{"1:a|b", "3:1|2"}},
		{"no line end at the end", "a,b\n1,", []string{"1:a|b", "2:1|"}},
		{"quoted separator and doubled quotes", "\"a,b\",\"say \"\"hi\"\"\"\n", []string{"1:a,b|say \"hi\""}},
		{"a quoted line end counts lines", "\"a\nb\",2\nc,3\n", []string{"1:a\nb|2", "3:c|3"}},
		{"quotes within quoted text", "\"a \"b\" c\",z\n", []string{"1:a \"b\" c|z"}},
		{"a quote never closed", "\"a,b\nc,d\n", []string{"1:\"a|b", "2:c|d"}},
		{"empty quoted cell", "\"\",1\r\n\"\"\r\n2,3\n", []string{"1:|1", "3:2|3"}},
		{"two cells with doubled quotes keep their text", "\"a\"\"\",\"b\"\"\"\n", []string{"1:a\"|b\""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			s := NewScanner([]byte(tt.data), ',')
			for s.Next() {
				fields := make([]string, len(s.Fields))
				for i, f := range s.Fields {
					fields[i] = string(f)
				}
				got = append(got, string(rune('0'+s.Line))+":"+strings.Join(fields, "|"))
			}
			if strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseNumber(t *testing.T) {
	tests := []struct {
		cell string
		mark DecimalMark
		want string // empty: refused
		unit string
	}{
		{"1234.5", Point, "1234.5", ""},
		{"1,234.50", Point, "1234.5", ""},
		{"1.234,50", Comma, "1234.5", ""},
		{"1'234.50", Point, "1234.5", ""},
		{"1 234,50", Comma, "1234.5", ""},
		{"1\u00a0234,50 €", Comma, "1234.5", ""},
		{"12.50 EUR", Point, "12.5", "EUR"},
		{"USD 12.50", Point, "12.5", "USD"},
		{"$8,637.50", Point, "8637.5", ""},
		{"-$8,637.50", Point, "-8637.5", ""},
		{"(12.50)", Point, "-12.5", ""},
		{"12.50-", Point, "-12.5", ""},
		{"−12.50", Point, "-12.5", ""},
		{"+12,50", Comma, "12.5", ""},
		{"1.234", Comma, "1234", ""},
		{"1,234", Point, "1234", ""},
		{"1e-8", Point, "0.00000001", ""},
		{"1,5e3", Comma, "1500", ""},
		{"12,34.5", Point, "", ""},
		{"1,23", Point, "", ""},
		{"1,2345", Point, "", ""},
		{"12-50", Point, "", ""},
		{"2024-01-15", Point, "", ""},
		{"--5", Point, "", ""},
		{"12%", Point, "", ""},
		{"n/a", Point, "", ""},
		{"", Point, "", ""},
		{"-", Point, "", ""},
		{".", Comma, "", ""},
		{"12 EUR 50", Point, "", ""},
		{"1234,567.5", Point, "", ""},
		{"123456789012345678901234", Point, "123456789012345678901234", ""},
	}
	for _, tt := range tests {
		got, err := ParseNumber([]byte(tt.cell), tt.mark)
		switch {
		case tt.want == "" && err == nil:
			t.Errorf("%q is read as %s, want a refusal", tt.cell, got.Value)
		case tt.want != "" && (err != nil || got.Value.String() != tt.want || got.Unit != tt.unit):
			t.Errorf("%q is read as %s %q, %v; want %s %q", tt.cell, got.Value, got.Unit, err, tt.want, tt.unit)
		}
	}
}

func TestMarks(t *testing.T) {
	tests := []struct {
		name      string
		cells     []string
		told      string
		separator byte
		want      DecimalMark // 0: refused
	}{
		{"nothing to settle", []string{"1", "20"}, "", ',', Point},
		{"a point that can only be decimal", []string{"1.234", "0.5"}, "", ';', Point},
		{"a comma that can only be decimal", []string{"1,234", "12,5"}, "", ';', Comma},
		{"both signs in one cell", []string{"1.234,50"}, "", ';', Comma},
		{"two groups", []string{"1.234.567"}, "", ';', Comma},
		{"only thousands or three decimals", []string{"1,234"}, "", ';', 0},
		{"the user settles it", []string{"1,234"}, "comma", ';', Comma},
		{"three decimals in a comma file are decimals", []string{"1.234"}, "", ',', Point},
		{"three decimals in a semicolon file could be groups", []string{"1.234"}, "", ';', 0},
		{"a leading zero is no group", []string{"0,123"}, "", ';', Comma},
		{"both ways in one file", []string{"1.5", "1,5"}, "", ';', 0},
		{"a wrong word", []string{"1"}, "dot", ';', 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var m Marks
			for i, c := range tt.cells {
				m.See([]byte(c), i+2)
			}
			got, err := m.Settle(tt.told, tt.separator)
			if got != tt.want || (err == nil) != (tt.want != 0) {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestParseDay(t *testing.T) {
	tests := []struct {
		cell  string
		order Order
		want  string // empty: refused
		clock string
	}{
		{"2024-03-01", Unsettled, "2024-03-01", ""},
		{"2024/3/1", Unsettled, "2024-03-01", ""},
		{"20240301", Unsettled, "2024-03-01", ""},
		{"20230403;095853", Unsettled, "2023-04-03", "09:58:53"},
		{"2024-03-01T10:30:05.123Z", Unsettled, "2024-03-01", "10:30:05"},
		{"2024-03-01 10:30", Unsettled, "2024-03-01", "10:30:00"},
		{"01.03.2024", Unsettled, "2024-03-01", ""},
		{"1.3.24", Unsettled, "2024-03-01", ""},
		{"1.3.99", Unsettled, "1999-03-01", ""},
		{"01/03/2024", DayFirst, "2024-03-01", ""},
		{"01/03/2024", MonthFirst, "2024-01-03", ""},
		{"01/03/2024", Unsettled, "", ""},
		{"31/03/2024", Unsettled, "2024-03-31", ""},
		{"03/31/2024", Unsettled, "2024-03-31", ""},
		{"12/12/2021", Unsettled, "2021-12-12", ""},
		{"16-09-2021", Unsettled, "2021-09-16", ""},
		{"5/9/2017 3:33:44 PM", MonthFirst, "2017-05-09", "15:33:44"},
		{"5/9/2017 12:05 AM", MonthFirst, "2017-05-09", "00:05:00"},
		{"1 Mar 2024", Unsettled, "2024-03-01", ""},
		{"Mar 1, 2024", Unsettled, "2024-03-01", ""},
		{"1. März 2024", Unsettled, "2024-03-01", ""},
		{"15-Jan-2024", Unsettled, "2024-01-15", ""},
		{"2024-02-30", Unsettled, "", ""},
		{"31.02.2024", Unsettled, "", ""},
		{"13/13/2024", DayFirst, "", ""},
		{"2024-03-01 25:00", Unsettled, "", ""},
		{"Total", Unsettled, "", ""},
		{"", Unsettled, "", ""},
		{"1-2", Unsettled, "", ""},
		{"<invalid>", Unsettled, "", ""},
	}
	for _, tt := range tests {
		day, at, ok := ParseDay([]byte(tt.cell), tt.order)
		if ok != (tt.want != "") || ok && (day.String() != tt.want || at.String() != tt.clock) {
			t.Errorf("%q is read as %s %s %v, want %q %q", tt.cell, day, at, ok, tt.want, tt.clock)
		}
	}
}

func TestDays(t *testing.T) {
	tests := []struct {
		name  string
		cells []string
		want  Order
		fails bool
	}{
		{"every date says it itself", []string{"2024-01-02", "1.2.2024", "12/12/2021"}, Unsettled, false},
		{"one day above twelve settles the column", []string{"01/02/2024", "13/02/2024"}, DayFirst, false},
		{"American", []string{"01/02/2024", "01/13/2024"}, MonthFirst, false},
		{"a dotted date settles the slashed ones", []string{"01/02/2024", "01.02.2024"}, DayFirst, false},
		{"nothing settles it", []string{"01/02/2024", "03/04/2024"}, Unsettled, true},
		{"both ways", []string{"01/02/2024", "13/02/2024", "02/13/2024"}, Unsettled, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var d Days
			for i, c := range tt.cells {
				d.See([]byte(c), i+2)
			}
			got, err := d.Settle(Unsettled)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func FuzzCells(f *testing.F) {
	for _, s := range []string{"1.234,5", "(1)", "1 Mar 2024", "01/02/2024 3:04 PM", "\"a\"\"b\",c\n\"d", "1e-9", "−5", "20240230;250000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		b := []byte(s)
		for _, mark := range []DecimalMark{Point, Comma} {
			if n, err := ParseNumber(b, mark); err == nil && n.Value.String() == "" {
				t.Errorf("%q gives an empty number", s)
			}
		}
		var m Marks
		m.See(b, 1)
		for _, o := range []Order{Unsettled, DayFirst, MonthFirst} {
			if day, _, ok := ParseDay(b, o); ok && (day.Year() < 1583 || day.Year() > 9999) {
				t.Errorf("%q gives %v", s, day)
			}
		}
		NeedsOrder(b)
		cells := 0
		for sc := NewScanner(b, ','); sc.Next(); {
			cells += len(sc.Fields)
		}
		if cells > len(b)+1 {
			t.Errorf("%q gives %d cells", s, cells)
		}
	})
}
