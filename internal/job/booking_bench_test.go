package job

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/foliosight/foliosight/finance/date"
	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/finance/money"
	"github.com/foliosight/foliosight/internal/service"
	"github.com/foliosight/foliosight/internal/store"
)

// BenchmarkBookingBesideJobs is how long a booking takes on SQLite, durably, alone and
// while jobs run without a pause: both want the database's one writer.
func BenchmarkBookingBesideJobs(b *testing.B) {
	for _, busy := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "beside jobs"}[busy]
		b.Run(name, func(b *testing.B) {
			w := newWorld(b)
			p, err := w.service.CreatePortfolio(ctx, w.owner, service.NewPortfolio{Name: "Booked", Base: "USD"})
			w.must(err)
			if busy {
				w.must(w.store.As(ctx, w.owner.Identity, func(ctx context.Context, tx store.Tx) error {
					for back := range 400 { // more than there is time for
						for _, p := range w.portfolios {
							if err := w.queue.Enqueue(ctx, tx, service.WorkAnalysis, service.Work{Tenant: w.owner.Tenant, User: w.owner.User, Portfolio: p.ID, Day: night - 400 + 1 + date.Date(back)}); err != nil {
								return err
							}
						}
					}
					return nil
				}))
			}
			workers, err := w.queue.Start(ctx, WorkOptions{Service: w.service, Now: now, NoSchedules: true, Computing: 1})
			w.must(err)
			defer workers.Stop(ctx)
			time.Sleep(200 * time.Millisecond)
			var took []time.Duration
			before, err := w.queue.Count(ctx)
			w.must(err)
			for b.Loop() {
				begun := time.Now()
				_, err := w.service.Book(ctx, w.owner, p.ID, store.AnyVersion, []ledger.Transaction{{Date: night, Type: ledger.Deposit, Account: "a", Currency: "USD", Amount: money.Some(money.Int(1))}})
				w.must(err)
				took = append(took, time.Since(begun))
				time.Sleep(5 * time.Millisecond)
			}
			after, err := w.queue.Count(ctx)
			w.must(err)
			slices.Sort(took)
			at := func(share float64) float64 {
				return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(at(1), "max-ms")
			b.ReportMetric(float64(after[service.JobDone]-before[service.JobDone]), "jobs")
			b.ReportMetric(0, "ns/op")
		})
	}
}
