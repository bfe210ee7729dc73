package web

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/foliosight/foliosight/finance/analysis"
	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/sheet"
	"github.com/foliosight/foliosight/internal/store"
	"github.com/foliosight/foliosight/internal/web/chart"
)

// mostPoints is how many days a chart is drawn from; more cannot be told apart.
const mostPoints = 1500

// chart answers the data of a chart, as an option or as CSV.
func (s *site) chart(r *request) error {
	a, err := r.analyse()
	if err != nil {
		return err
	}
	var spec chart.Spec
	switch name := r.PathValue("chart"); {
	case name == "value.csv":
		return r.seriesCSV(a)
	case name == "contribution.csv":
		return r.contributionCSV(a)
	case name == "value" && r.URL.Query().Get("kind") == "return":
		spec = r.growth(a).Spec(r.locale)
	case name == "value":
		spec = r.valueSpec(a)
	case name == "rolling":
		if spec, err = r.rollingSpec(a); err != nil {
			return err
		}
	case name == "growth":
		spec = r.growth(a).WithDrawdown(r.locale)
	default:
		return store.ErrNotFound
	}
	r.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(r.w).Encode(spec)
}

func (r *request) valueSpec(a *analysis.Analysis) chart.Spec {
	keep := thin(len(a.Series.Days))
	v := chart.Value{
		Days: pick(a.Series.Days, keep), Own: pick(a.Series.Value, keep), Benchmark: pick(a.Series.Benchmark, keep),
		PaidIn: pick(a.Series.Paid, keep), Currency: string(a.Base), PaidName: paidWord(a),
	}
	if len(v.Days) == 0 {
		return chart.Spec{Summary: "There are no values in this period."}
	}
	if a.Benchmark != nil {
		v.Name = benchmarkName(a)
	}
	for i, flow := range a.Series.Payment {
		if flow != 0 && !math.IsNaN(flow) && i > 0 {
			v.Flows = append(v.Flows, chart.Flow{On: a.Series.Days[i], Amount: flow})
		}
	}
	return v.Spec(r.locale)
}

func (r *request) growth(a *analysis.Analysis) chart.Growth {
	keep := thin(len(a.Series.Days))
	g := chart.Growth{Days: pick(a.Series.Days, keep), Own: pick(a.Series.Return, keep), Benchmark: pick(a.Series.BenchmarkReturn, keep), OwnDepth: pick(a.Series.Drawdown, keep), BenchmarkDepth: pick(a.Series.BenchmarkDrawdown, keep)}
	if a.Benchmark != nil {
		g.Name = benchmarkName(a)
	}
	return g
}

// thin chooses which of n points are drawn: all, or evenly spread with the last.
func thin(n int) []int {
	step := max(1, int(math.Ceil(float64(n)/mostPoints)))
	var keep []int
	for i := (n - 1) % step; i < n; i += step {
		keep = append(keep, i)
	}
	return keep
}

// pick takes the chosen points; nil stays nil.
func pick[S ~[]T, T date.Date | float64](list S, keep []int) []T {
	if list == nil {
		return nil
	}
	out := make([]T, len(keep))
	for k, i := range keep {
		out[k] = list[i]
	}
	return out
}

// seriesCSV writes the daily figures behind the charts, unrounded.
func (r *request) seriesCSV(a *analysis.Analysis) error {
	r.attachment("text/csv; charset=utf-8", "value.csv")
	out := sheet.NewWriter(r.w)
	s := a.Series
	columns := []struct {
		name   string
		values analysis.Numbers
	}{{"value", s.Value}, {"paid_in", s.Paid}, {"flow", s.Payment}, {"benchmark_same_flows", s.Benchmark}, {"return", s.Return}, {"benchmark_return", s.BenchmarkReturn}, {"drawdown", s.Drawdown}}
	head := []string{"date"}
	for _, c := range columns {
		head = append(head, c.name)
	}
	_ = out.Write(head) // Flush reports
	for i, day := range s.Days {
		row := []string{day.String()}
		for _, c := range columns {
			cell := ""
			if i < len(c.values) && !math.IsNaN(c.values[i]) {
				cell = strconv.FormatFloat(c.values[i], 'g', -1, 64)
			}
			row = append(row, cell)
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// attachment says that what follows is a file to keep.
func (r *request) attachment(contentType, name string) {
	r.w.Header().Set("Content-Type", contentType)
	r.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}
