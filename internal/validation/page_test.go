package main

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// well fails unless a picture is well-formed XML.
func well(t *testing.T, picture []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(picture))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, picture)
		}
	}
}

func TestWithoutDataItSaysWhatItNeeds(t *testing.T) {
	for _, args := range [][]string{nil, {"-data", filepath.Join(t.TempDir(), "nowhere")}} {
		err := run(context.Background(), args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "prices/SET/daily.csv.gz") || !strings.Contains(err.Error(), "options/") {
			t.Errorf("%v: %v, want the folders and files it needs", args, err)
		}
	}
	if err := run(context.Background(), []string{"-data", t.TempDir()}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "prices/factor_proxies_adjclose/daily.csv.gz") {
		t.Errorf("an empty folder gives %v, want the first file that is missing", err)
	}
}

func TestPageSaysWhatDidNotHold(t *testing.T) {
	s := &Section{Title: "A, b (c)", Question: "q", Data: "d", Method: "m"}
	s.check(true, "sun", "%d", 1)
	s.check(false, "rain", "%d", 2)
	s.read("read")
	s.Tables = []Table{{Caption: "cap", Head: []string{"a", "b"}, Rows: [][]string{{"x", "1"}}}}
	s.Plots = []Plot{{"p.svg", "a plot", Chart{Title: "t", Lines: []Line{{"l", []float64{0, 1}, []float64{1, 2}, 0}}}.Draw}}
	p := &Page{Sections: []*Section{s}}
	var text, verdicts strings.Builder
	if err := p.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"**1 of 2 expectations held.**", "1. [A, b (c)](#1-a-b-c): 1 of 2", "| rain | 2 | **did not hold** |", "| sun | 1 | held |", "| x | 1 |", "![a plot](validation/p.svg)", "**Reading.** read"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page lacks %q:\n%s", want, text.String())
		}
	}
	if p.Verdicts(&verdicts); !strings.Contains(verdicts.String(), "did not hold   A, b (c): rain (2)") {
		t.Errorf("verdicts: %s", verdicts.String())
	}
}

// A plot that a page no longer has goes, and nothing else does.
func TestSaveRemovesOldPlots(t *testing.T) {
	dir := t.TempDir()
	draw := Ranges{Title: "t", Rows: []Range{{"a", 0, 1, 2, 0}}}.Draw
	old := &Page{Sections: []*Section{{Plots: []Plot{{"a.svg", "", draw}, {"b.svg", "", draw}}}}}
	if err := old.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, plotFolder, "note.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	page := &Page{Sections: []*Section{{Plots: []Plot{{"b.svg", "", draw}}}}}
	if err := page.Save(dir); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, plotFolder, "*"))
	if err != nil || len(left) != 2 || filepath.Base(left[0]) != "b.svg" || filepath.Base(left[1]) != "note.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestPlots(t *testing.T) {
	nan := math.NaN()
	long := make([]float64, 5000)
	for i := range long {
		long[i] = float64(i % 97)
	}
	long[1234] = 1e4 // a peak that thinning must keep
	line := Chart{Title: `a < b & "c"`, X: "x", Y: "y", Percent: true, Level: []float64{1}, Diagonal: true, Lines: []Line{{"long", years(days(5000)), long, 1}}, Dots: []Dots{{"some", []float64{2000, 2001, nan}, []float64{1, nan, 2}, 2}}}.Draw()
	well(t, line)
	if len(line) > 30_000 {
		t.Errorf("a line of 5,000 points takes %d bytes", len(line))
	}
	if strings.Count(string(line), "<circle r=\"2.2\"") != 1 {
		t.Error("a point without both numbers is drawn")
	}
	if bytes.Contains(line, []byte("NaN")) || bytes.Contains(line, []byte("Inf")) {
		t.Error("a picture holds what is no number")
	}
	peak := false
	for _, i := range thin(long, 360) {
		peak = peak || i == 1234
	}
	if !peak {
		t.Error("thinning lost the peak")
	}
	for name, picture := range map[string][]byte{
		"logarithmic": Chart{LogY: true, Lines: []Line{{"l", []float64{0, 1}, []float64{1, 1000}, 0}}}.Draw(),
		"flat":        Chart{Lines: []Line{{"l", []float64{1, 1}, []float64{3, 3}, 0}}}.Draw(),
		"intervals":   Ranges{Rows: []Range{{"a", 1, 2, 3, 0}, {"no interval", 1, 2, 0, 1}, {"unknown", nan, nan, nan, 0}}, At: []float64{1}, Names: []string{"x"}}.Draw(),
	} {
		well(t, picture)
		if bytes.Contains(picture, []byte("NaN")) || bytes.Contains(picture, []byte("Inf")) {
			t.Errorf("%s: holds what is no number: %s", name, picture)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		from, to float64
		n        int
		want     []float64
	}{{0, 1, 5, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}}, {2003, 2021, 8, []float64{2005, 2010, 2015, 2020}}, {-0.3, 0.1, 4, []float64{-0.3, -0.2, -0.1, 0, 0.1}}, {1, 1, 5, nil}} {
		got := ticks(c.from, c.to, c.n)
		if len(got) != len(c.want) {
			t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
			continue
		}
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 1e-12 {
				t.Errorf("%v to %v: %v, want %v", c.from, c.to, got, c.want)
			}
		}
	}
}

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{{1.005, "1.00"}, {-0.001, "0.00"}, {math.NaN(), "–"}, {math.Inf(1), "–"}, {-2, "-2.00"}} {
		if got := fixed(c.x, 2); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
}
