package view

// Holdings is the dense table of what is held.
type Holdings struct {
	Page     Page
	Strip    []Figure
	Kinds    []Choice // All, Long, Short …
	Groups   []Choice // by class, sector, currency, account, none
	Filters  []Filter
	Query    string
	Columns  []Column
	Sections []Section
	Total    HoldingRow
	Export   string
	Add      string
	Empty    *Empty
	Base     string
	Note     string
	Hidden   []Hidden // state of the address that the search form keeps
	Clear    string   // address without search and filters
}

// Filter is an active filter or an offer.
type Filter struct {
	Label  string
	Href   string
	Active bool
	Menu   []Link
	ID     string
}

// Column is a head of a table.
type Column struct {
	Label string
	Href  string // sorts by it; "" when it cannot
	Sort  string // ascending, descending or ""
	Right bool
	Class string
	Title string
}

// Section is a group of holdings with its own subtotals.
type Section struct {
	ID     string
	Name   string
	Note   string
	Closed bool
	Href   string // opens or closes it
	Sum    HoldingRow
	Rows   []HoldingRow
}

// HoldingRow is a holding, a subtotal or the total.
type HoldingRow struct {
	ID, Symbol, Name string
	Tag              *Tag
	Quantity, Price  string
	PriceMark        Mark
	PriceMarkText    string
	Day              string
	DayTone          Tone
	Spark            string // SVG path in a box of 54 × 18
	SparkEnd         [2]float64
	Value            string
	Mark             Mark
	MarkText         string
	Weight           string
	WeightShare      float64 // of the largest, 0 to 100
	Short            bool
	Cost             string
	Unrealised       string
	Part             string
	Tone             Tone
	Open             bool
	Href             string // opens its lots
	Page             string // all about the instrument; empty for cash and totals
	Lots             *Lots
}

// Lots is what opens under a holding.
type Lots struct {
	ID      string
	Columns int // of the table it stands in
	Rows    []LotRow
	Foot    string
	Formula []Term // how the row's figures are made
	Links   []Link
	Empty   string
}

// LotRow is one open lot.
type LotRow struct {
	Opened, Quantity, UnitCost, Cost, Value, Gain, Part, Term, Account string
	Tone                                                               Tone
}
