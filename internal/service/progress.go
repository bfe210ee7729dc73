package service

import "context"

// Stage is what a use case that takes time is at.
type Stage string

// The stages of an import, and of figures that are not remembered.
const (
	StageReading   Stage = "reading"   // the file
	StageComparing Stage = "comparing" // its rows with the ledger
	StageBooking   Stage = "booking"
	StageLedger    Stage = "ledger" // is read
	StagePrices    Stage = "prices" // are read
	StageFolding   Stage = "folding"
	StageFigures   Stage = "figures"
)

type progressKey struct{}

// WithProgress lets tell know of each stage that use cases run with the context reach.
// It is called by the goroutine that works, before the stage; figures that others are
// computing at the time are waited for without it.
func WithProgress(ctx context.Context, tell func(Stage)) context.Context {
	return context.WithValue(ctx, progressKey{}, tell)
}

func reach(ctx context.Context, s Stage) {
	if tell, ok := ctx.Value(progressKey{}).(func(Stage)); ok {
		tell(s)
	}
}
