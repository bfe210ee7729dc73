package service

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/foliosight/foliosight/finance/ledger"
	"github.com/foliosight/foliosight/internal/store"
)

// ErrNoQueue reports a process that has no queue of jobs.
var ErrNoQueue = errors.New("there is no queue of jobs here")

// JobDetail is a job with what its run did so far.
type JobDetail struct {
	Job
	Run *store.Run // nil: nothing yet, or no run of a portfolio
}

// mostJobs is how many jobs one page has at most.
const mostJobs = 200

// Jobs lists jobs, the newest first: those about portfolios that the caller sees, all
// of them for who runs the installation.
func (s *Service) Jobs(ctx context.Context, c Caller, f JobFilter) ([]Job, error) {
	if s.queue == nil {
		return nil, ErrNoQueue
	}
	if f.State != "" && !slices.Contains(JobStates(), f.State) {
		return nil, &ledger.Fault{Field: "state", Value: string(f.State), Problem: "there is no such state", Cure: fmt.Sprintf("use one of %v", JobStates())}
	}
	if f.Limit <= 0 || f.Limit > mostJobs {
		f.Limit = mostJobs
	}
	if !c.Operator {
		visible, err := s.Portfolios(ctx, c, true)
		if err != nil {
			return nil, err
		}
		own := make([]string, 0, len(visible))
		for _, p := range visible {
			if len(f.Portfolios) == 0 || slices.Contains(f.Portfolios, p.ID) {
				own = append(own, p.ID)
			}
		}
		if len(own) == 0 {
			return nil, nil
		}
		f.Portfolios = own
	}
	return s.queue.Jobs(ctx, f)
}

// JobCounts says how many jobs are in each state, for who runs the installation.
func (s *Service) JobCounts(ctx context.Context, c Caller) (map[JobState]int, error) {
	switch {
	case s.queue == nil:
		return nil, ErrNoQueue
	case !c.Operator:
		return nil, fmt.Errorf("counts of all jobs: %w", ErrForbidden)
	}
	return s.queue.Count(ctx)
}

// Job is one job with the steps of its run.
func (s *Service) Job(ctx context.Context, c Caller, id int64) (JobDetail, error) {
	j, err := s.jobOf(ctx, c, id, store.CanView)
	if err != nil {
		return JobDetail{}, err
	}
	d := JobDetail{Job: j}
	if j.Work.Portfolio == "" {
		return d, nil
	}
	err = s.read(ctx, j.behalf(c).about(j.Work.Portfolio), func(ctx context.Context, v store.View) error {
		run, err := v.Run(ctx, j.Work.Portfolio, j.Kind, j.Work.Day)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if j.Work.Tenant != c.Tenant && c.Operator {
			for i := range run.Steps { // what is held is not for who runs the installation
				run.Steps[i].Reason = ""
			}
		}
		d.Run = &run
		return err
	})
	return d, err
}

// behalf is the caller themselves where the portfolio may be theirs, else, for who runs
// the installation, the one for whom the job works.
func (j *Job) behalf(c Caller) Caller {
	if c.Operator && j.Work.Tenant != c.Tenant {
		c.Identity = store.Identity{Tenant: j.Work.Tenant, User: j.Work.User}
	}
	return c
}

// jobOf is a job that the caller may do something with. What they may not see does not
// exist.
func (s *Service) jobOf(ctx context.Context, c Caller, id int64, needed store.Role) (Job, error) {
	if s.queue == nil {
		return Job{}, ErrNoQueue
	}
	j, err := s.queue.Job(ctx, id)
	if err != nil || c.Operator {
		return j, err
	}
	if j.Work.Portfolio == "" {
		return Job{}, fmt.Errorf("job %d: %w", id, ErrNotFound)
	}
	p, err := s.Portfolio(ctx, c, j.Work.Portfolio)
	if errors.Is(err, ErrNotFound) {
		return Job{}, fmt.Errorf("job %d: %w", id, ErrNotFound)
	}
	if err == nil && !p.Role.Allows(needed) {
		err = fmt.Errorf("job %d: it needs the role %q, this is %q: %w", id, needed, p.Role, ErrForbidden)
	}
	return j, err
}

// RetryJob lets a job that ended, or waits for its next attempt, run at once.
func (s *Service) RetryJob(ctx context.Context, c Caller, id int64) (Job, error) {
	if err := c.Require(ScopeTrade); err != nil {
		return Job{}, err
	}
	if j, err := s.jobOf(ctx, c, id, store.CanTrade); err != nil {
		return j, err
	}
	return s.queue.Retry(ctx, id)
}

// CancelJob ends a job: at once where it waits, within a second or two where it runs.
func (s *Service) CancelJob(ctx context.Context, c Caller, id int64) (Job, error) {
	if err := c.Require(ScopeTrade); err != nil {
		return Job{}, err
	}
	if j, err := s.jobOf(ctx, c, id, store.CanTrade); err != nil {
		return j, err
	}
	return s.queue.Cancel(ctx, id)
}

// RunJob puts a job into the queue. An analysis is of one portfolio and day, the last
// day with prices unless given; the others work for all and are for who runs the
// installation.
func (s *Service) RunJob(ctx context.Context, c Caller, kind string, w Work) (Job, error) {
	if s.queue == nil {
		return Job{}, ErrNoQueue
	}
	switch kind {
	case WorkAnalysis:
		if err := s.completeAnalysis(ctx, c, &w); err != nil {
			return Job{}, err
		}
	case WorkCleanUp, WorkMarket, WorkNight, WorkSync:
		if !c.Operator {
			return Job{}, fmt.Errorf("job %s: %w", kind, ErrForbidden)
		}
		if err := s.completeNight(kind, &w); err != nil {
			return Job{}, err
		}
	default:
		return Job{}, &ledger.Fault{Field: "kind", Value: kind, Problem: "there is no such job", Cure: fmt.Sprintf("use %s, %s, %s, %s or %s", WorkAnalysis, WorkMarket, WorkNight, WorkSync, WorkCleanUp)}
	}
	var id int64
	err := s.as(ctx, c.about(w.Portfolio), func(ctx context.Context, tx store.Tx) (err error) {
		if kind == WorkAnalysis {
			p, err := tx.Portfolio(ctx, w.Portfolio)
			if err != nil {
				return err
			}
			if !p.Role.Allows(store.CanTrade) {
				return fmt.Errorf("portfolio %s: %w", p.ID, ErrForbidden)
			}
		}
		id, err = s.queue.Again(ctx, tx, kind, w)
		return err
	})
	if err != nil {
		return Job{}, err
	}
	return s.queue.Job(ctx, id)
}

// completeAnalysis settles on whose behalf and for which day.
func (s *Service) completeAnalysis(ctx context.Context, c Caller, w *Work) error {
	if w.Portfolio == "" {
		return &ledger.Fault{Field: "portfolio", Problem: "it is not said which", Cure: "give the id of a portfolio"}
	}
	p, err := s.Portfolio(ctx, c, w.Portfolio)
	if err != nil {
		return err
	}
	*w = Work{Tenant: p.Tenant, User: p.Owner, Portfolio: p.ID, Day: w.Day}
	if unset(w.Day) {
		if w.Day, err = NightBefore(ExchangeOf(p.Base), s.now()); err != nil {
			return err
		}
	}
	if w.Day > s.today() {
		return &ledger.Fault{Field: "day", Value: w.Day.String(), Problem: "it lies in the future", Cure: "give a day that is over, or none"}
	}
	return nil
}
