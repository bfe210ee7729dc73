package formats

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/importer"
)

// BenchmarkRead reads 100,000 rows with all that a preview and an import need.
func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	text.WriteString("date,account,type,symbol,quantity,price,amount,fee\n")
	for i := range 100_000 {
		quantity, price := 1+i%40, float64(80000+i*37%6000000)/10000
		fmt.Fprintf(&text, "%s,A%02d,buy,S%03d,%d,%.4f,%.2f,1.00\n", date.Must(2015, 1, 2)+date.Date(i/30), i%10, i%500, quantity, price, float64(quantity)*price)
	}
	b.ReportAllocs()
	for b.Loop() {
		file, err := Read("bench.csv", text.Bytes(), importer.Auto, importer.Options{BaseCurrency: "USD"})
		if err != nil || file.Counts().Booked != 100_000 {
			b.Fatal(err)
		}
	}
}
