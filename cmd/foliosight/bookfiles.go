package main

import (
	"fmt"
	"os"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/standalone"
)

// bookFiles are the flags of commands that read a ledger and prices from files, named as
// those of analyze.
type bookFiles struct {
	Files      []string `arg:"" help:"Transaction files, in any format that can be imported." type:"existingfile" name:"file"`
	Prices     []string `help:"File of prices, splits and dividends, exchange or interest rates; may be given again." type:"existingfile" placeholder:"FILE" sep:"none"`
	FileFormat string   `help:"Format of the transaction files." default:"auto" placeholder:"NAME"`
	Basis      string   `help:"Basis of the prices: ${enum}." enum:"auto,traded,split-adjusted,total-return" default:"auto"`
	Currency   string   `help:"Base currency (default: that of the files)." placeholder:"CODE"`
	AsOf       string   `help:"Day of the analysis (default: the last one with a price or booking)." placeholder:"DATE"`
	Benchmark  string   `help:"Symbol to compare with; expected returns follow from it." placeholder:"SYM"`
	RiskFree   string   `help:"Interest-rate series for excess returns." placeholder:"NAME"`
	Method     string   `help:"Lot method (default: that of the file, else FIFO)." enum:",FIFO,LIFO,HIFO,AVERAGE,STRICT,NONE" default:""`
	Oversold   string   `help:"What a sale of more than is held does: ${enum}." enum:"error,short,zero_cost" default:"error"`
	JSON       bool     `name:"json" help:"Print JSON."`
}

// read reads the files; notes go to standard error.
func (f *bookFiles) read() (*service.Files, error) {
	o := standalone.Options{Files: f.Files, Prices: f.Prices, Format: f.FileFormat, Basis: f.Basis, Benchmark: f.Benchmark, RiskFree: f.RiskFree, Method: ledger.Method(f.Method),
		Oversold: ledger.Oversold(f.Oversold), AsOf: date.None, From: date.None, KeepBookings: true}
	var err error
	if f.AsOf != "" {
		if o.AsOf, err = date.Parse(f.AsOf); err != nil {
			return nil, &exitError{exitUsage, fmt.Sprintf("--as-of: %v", err)}
		}
	}
	if f.Currency != "" {
		if o.Base, err = money.ParseCurrency(f.Currency); err != nil {
			return nil, &exitError{exitUsage, fmt.Sprintf("--currency: %v", err)}
		}
	}
	b, err := standalone.Read(o)
	if err != nil {
		return nil, err
	}
	for _, n := range b.Notes {
		fmt.Fprintln(os.Stderr, "note: "+n)
	}
	return &service.Files{Input: b.Input, Transactions: b.Transactions, Policy: b.Policy}, nil
}
