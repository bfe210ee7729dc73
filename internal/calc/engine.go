package calc

import (
	"encoding/json"
	"errors"
	"fmt"
)

// engineFunc answers one request. What it returns is marshalled as the answer;
// an *Error refuses the request.
type engineFunc func(json.RawMessage) (any, error)

var engines = map[string]engineFunc{}

// register adds an engine under its name; two engines of one name are a bug.
func register(name string, f engineFunc) {
	if _, taken := engines[name]; taken {
		panic("calc: engine " + name + " registered twice")
	}
	engines[name] = f
}

// typed makes an engine of a function from a request struct to an answer.
func typed[Q, A any](f func(Q) (A, error)) engineFunc {
	return func(raw json.RawMessage) (any, error) {
		var q Q
		if err := decode(raw, &q); err != nil {
			return nil, err
		}
		return f(q)
	}
}

// decode reads raw into a struct; its errors are refusals that name the field.
func decode(raw json.RawMessage, into any) error {
	err := json.Unmarshal(raw, into)
	if err == nil {
		return nil
	}
	var refused *Error
	if errors.As(err, &refused) {
		return refused
	}
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		field := wrong.Field
		if field == "" {
			field = "the request"
		}
		return refuse("bad_request", "%s: want %s, got %s", field, plainType(wrong.Type.String()), wrong.Value)
	}
	return refuse("bad_request", "%v", err)
}

// plainType says a Go type in the words of JSON.
func plainType(goType string) string {
	switch goType {
	case "float64", "int", "int64", "int32", "uint64":
		return "a number"
	case "string", "date.Date":
		return "a string"
	case "bool":
		return "true or false"
	}
	return "another shape"
}

// Error is a request that an engine refuses, with a code for programs and a
// detail for people. Fields are further keys of the error object, such as the
// lots that remain when a sale is refused.
type Error struct {
	Code   string
	Detail string
	Fields map[string]any
}

func (e *Error) Error() string { return e.Code + ": " + e.Detail }

// MarshalJSON writes code, detail and the further fields as one object.
func (e *Error) MarshalJSON() ([]byte, error) {
	object := make(map[string]any, len(e.Fields)+2)
	for k, v := range e.Fields {
		object[k] = v
	}
	object["code"], object["detail"] = e.Code, e.Detail
	return json.Marshal(object)
}

// line is the answer line of a refused request.
func (e *Error) line() []byte {
	b, err := json.Marshal(map[string]any{"error": e})
	if err != nil { // a field that JSON cannot hold: the code and the detail still go out
		b, _ = json.Marshal(map[string]any{"error": map[string]string{"code": e.Code, "detail": e.Detail}})
	}
	return b
}

// refuse makes an *Error without further fields.
func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Detail: fmt.Sprintf(format, args...)}
}
