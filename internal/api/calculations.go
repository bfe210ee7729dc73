package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/calc"
	"github.com/foliosight/foliosight/internal/service"
)

// Bounds of one calculation, so that one request cannot take the machine.
const (
	calcsAtOnce = 4
	calcLimit   = 8 << 20 // bytes of a request
)

// EngineList is a list of engines.
type EngineList struct {
	Items []string `json:"items" nullable:"false" doc:"Names of the engines." example:"[\"lots\",\"xirr\"]"`
}

type answerOut struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *server) calculations() {
	add(s, route{method: "GET", path: "/calc", id: "list-engines", tag: tagCalc, summary: "The engines", about: "Each answers POST /api/v1/calc/{engine}."},
		func(context.Context, service.Caller, *none) (*struct{ Body EngineList }, error) {
			return &struct{ Body EngineList }{EngineList{calc.Engines()}}, nil
		})
	engine := route{method: "POST", path: "/calc/{engine}", id: "calc", tag: tagCalc, limit: calcLimit, raw: true, class: classHeavy, errors: []int{400, 404, 413, 422, 503}, summary: "Calculate",
		about: "One request to an engine: the same one as `foliosight calc`. Ledger engines take exact numbers as strings, statistical ones JSON numbers. A request that an engine refuses is a problem with its code under `error`."}
	add(s, engine, s.calculate)
}

// calcIn is one request to an engine.
type calcIn struct {
	Engine  string `path:"engine" doc:"Name of the engine." example:"xirr"`
	RawBody []byte `contentType:"application/json"`
}

func (s *server) calculate(ctx context.Context, _ service.Caller, in *calcIn) (*answerOut, error) {
	type outcome struct {
		body []byte
		err  error
		bug  any
	}
	ctx, cancel := context.WithTimeout(ctx, s.CalcTime)
	defer cancel()
	select {
	case s.calcs <- struct{}{}:
	case <-ctx.Done():
		return nil, errTooLong
	}
	request := append([]byte(nil), in.RawBody...) // the framework takes its buffer back
	done := make(chan outcome, 1)
	go func() {
		defer func() { <-s.calcs }()
		var o outcome
		defer func() {
			o.bug = recover()
			done <- o
		}()
		o.body, o.err = calc.Answer(in.Engine, request)
		if s.Calculated != nil && slices.Contains(calc.Engines(), in.Engine) {
			s.Calculated("engine_"+in.Engine, o.err, o.err != nil) // an engine refuses what it cannot answer
		}
	}()
	select {
	case o := <-done:
		switch {
		case o.bug != nil:
			panic(o.bug)
		case ctx.Err() != nil: // both came at once
			return nil, errTooLong
		}
		return &answerOut{ContentType: "application/json", Body: o.body}, unknownEngine(in.Engine, o.err)
	case <-ctx.Done():
		return nil, errTooLong // the engine ends by itself; until then it counts
	}
}

// unknownEngine turns the refusal of an engine's name into not found.
func unknownEngine(name string, err error) error {
	if err == nil || slices.Contains(calc.Engines(), name) {
		return err
	}
	return noSuch(fmt.Sprintf("There is no engine %q; there are %s.", name, strings.Join(calc.Engines(), ", ")))
}

// noSuch is a problem of something that does not exist, said in words of its own.
func noSuch(detail string) error {
	p := known(service.ErrNotFound)
	p.Detail = detail
	return p
}
