package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/report"
	"github.com/foliosight/foliosight/internal/standalone"
)

// analyzeCommand is the whole pipeline on files: no server, no database.
type analyzeCommand struct {
	Files          []string `arg:"" help:"Transaction files, in any format that can be imported." type:"existingfile" name:"file"`
	Prices         []string `help:"File of prices, splits and dividends, exchange or interest rates; may be given again." type:"existingfile" placeholder:"FILE" sep:"none"`
	FileFormat     string   `help:"Format of the transaction files." default:"auto" placeholder:"NAME"`
	Basis          string   `help:"Basis of the prices: ${enum}." enum:"auto,traded,split-adjusted,total-return" default:"auto"`
	Currency       string   `help:"Base currency (default: that of the files)." placeholder:"CODE"`
	AsOf           string   `help:"Day of the analysis (default: the last one with a price or booking)." placeholder:"DATE"`
	Period         string   `help:"1D, 1W, 1M, 3M, 6M, YTD, 1Y, 3Y, 5Y, 10Y or Max." default:"Max"`
	From           string   `help:"Start of the period, instead of --period: it begins at the close of this day." placeholder:"DATE"`
	Benchmark      string   `help:"Symbol to compare with." placeholder:"SYM"`
	RiskFree       string   `help:"Interest-rate series for excess returns." placeholder:"NAME"`
	Method         string   `help:"Lot method (default: that of the file, else FIFO)." enum:",FIFO,LIFO,HIFO,AVERAGE,STRICT,NONE" default:""`
	Oversold       string   `help:"What a sale of more than is held does: ${enum}." enum:"error,short,zero_cost" default:"error"`
	AnnualiseShort bool     `help:"Annualise returns of less than a year too."`
	Format         string   `help:"How to print: ${enum}." enum:"table,json,markdown" default:"table"`
}

// Run reads, computes and prints.
func (c *analyzeCommand) Run() error {
	o := standalone.Options{Files: c.Files, Prices: c.Prices, Format: c.FileFormat, Basis: c.Basis, Period: c.Period, Benchmark: c.Benchmark, RiskFree: c.RiskFree,
		Method: ledger.Method(c.Method), Oversold: ledger.Oversold(c.Oversold), AnnualiseShort: c.AnnualiseShort, AsOf: date.None, From: date.None}
	if err := c.words(&o); err != nil {
		return &exitError{exitUsage, err.Error()}
	}
	result, err := standalone.Analyze(o)
	if err != nil {
		return err
	}
	for _, n := range result.Notes {
		fmt.Fprintln(os.Stderr, "note: "+n)
	}
	switch c.Format {
	case "json":
		return json.NewEncoder(os.Stdout).Encode(result)
	case "markdown":
		return report.Markdown(os.Stdout, result.Analysis, result.Contribution)
	}
	return report.Text(os.Stdout, result.Analysis, result.Contribution)
}

// words reads the flags that are dates and codes.
func (c *analyzeCommand) words(o *standalone.Options) (err error) {
	if c.AsOf != "" {
		if o.AsOf, err = date.Parse(c.AsOf); err != nil {
			return fmt.Errorf("--as-of: %w", err)
		}
	}
	if c.From != "" {
		if o.From, err = date.Parse(c.From); err != nil {
			return fmt.Errorf("--from: %w", err)
		}
	}
	if c.Currency != "" {
		if o.Base, err = money.ParseCurrency(c.Currency); err != nil {
			return fmt.Errorf("--currency: %w", err)
		}
	}
	return nil
}
