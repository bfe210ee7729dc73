// Package formats is the list of the formats that FolioSight reads, in the order in
// which they are preferred. A new format is added here and nowhere else.
package formats

import (
	"github.com/foliosight/foliosight/internal/importer"
	"github.com/foliosight/foliosight/internal/importer/ghostfolio"
	"github.com/foliosight/foliosight/internal/importer/ibkrflex"
	"github.com/foliosight/foliosight/internal/importer/native"
	"github.com/foliosight/foliosight/internal/importer/ofx"
	"github.com/foliosight/foliosight/internal/importer/portfolioperformance"
	"github.com/foliosight/foliosight/internal/importer/positionscsv"
	"github.com/foliosight/foliosight/internal/importer/transactioncsv"
)

// All is the registry of every format.
var All = importer.NewRegistry(
	native.Format,
	ghostfolio.Format,
	portfolioperformance.Format,
	ibkrflex.Format,
	ofx.Format,
	positionscsv.Format,
	transactioncsv.Format,
)

// Read decodes and reads one file; see importer.Registry.Read.
func Read(name string, content []byte, format string, opts importer.Options) (*importer.File, error) {
	return All.Read(name, content, format, opts)
}

// Bookings reads a file for computing at once; see importer.Registry.Bookings.
func Bookings(name string, content []byte, format string, opts importer.Options) (*importer.Bookings, error) {
	return All.Bookings(name, content, format, opts)
}
