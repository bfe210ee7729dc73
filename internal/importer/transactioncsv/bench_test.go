package transactioncsv

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/internal/importer"
)

// workload writes n rows of the plain layout: amounts without the fee, to the cent.
func workload(n, symbols int) []byte {
	g := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("date,account,type,symbol,quantity,price,amount,fee\n")
	start := date.Must(2015, 1, 2)
	for i := range n {
		day := start + date.Date(i*3600/n)
		account := fmt.Sprintf("A%02d", g.IntN(10))
		switch g.IntN(20) {
		case 0:
			fmt.Fprintf(&b, "%s,%s,deposit,,0,0.0000,%.2f,0.00\n", day, account, 500+g.Float64()*4500)
			continue
		case 1, 2:
			fmt.Fprintf(&b, "%s,%s,dividend,S%03d,0,0.0000,%.2f,0.00\n", day, account, g.IntN(symbols), 1+g.Float64()*20)
			continue
		}
		word := "buy"
		if g.IntN(3) == 0 {
			word = "sell"
		}
		quantity := 1 + g.IntN(40)
		price := float64(80000+g.IntN(6000000)) / 10000
		fmt.Fprintf(&b, "%s,%s,%s,S%03d,%d,%.4f,%.2f,1.00\n", day, account, word, g.IntN(symbols), quantity, price, float64(quantity)*price)
	}
	return b.Bytes()
}

func BenchmarkBookings(b *testing.B) {
	text := workload(100_000, 500)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		book, err := readBook("bench.csv", text, importer.Options{BaseCurrency: "USD"})
		if err != nil || len(book.Transactions) != 100_000 {
			b.Fatal(err, len(book.Transactions))
		}
	}
}
