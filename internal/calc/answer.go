package calc

import (
	"bytes"
	"encoding/json"
)

// object is an answer whose keys stay in the order in which they were set, and
// which collects the reasons of figures that do not exist.
type object struct {
	keys    []string
	values  []any
	reasons map[string]string
}

// set adds a value.
func (o *object) set(key string, value any) {
	o.keys = append(o.keys, key)
	o.values = append(o.values, value)
}

// figure adds a number, or null with its reason. A number that is not finite
// has left the range of float64.
func (o *object) figure(key string, value float64, reason string) {
	v := finite(value)
	if reason == "" && v == nil {
		reason = "not_finite"
	}
	if reason != "" {
		o.missing(key, reason)
		return
	}
	o.set(key, *v)
}

// missing adds null with its reason.
func (o *object) missing(key, reason string) {
	o.set(key, nil)
	o.because(key, reason)
}

// because adds the reason for a key that is null, or null in part.
func (o *object) because(key, reason string) {
	if o.reasons == nil {
		o.reasons = map[string]string{}
	}
	o.reasons[key] = reason
}

// note adds a reason beside a figure that does exist: a flag on how it is to be read.
func (o *object) note(key, reason string) {
	if o.reasons == nil {
		o.reasons = map[string]string{}
	}
	if _, taken := o.reasons[key]; !taken {
		o.reasons[key] = reason
	}
}

// MarshalJSON writes the keys in order, and "reasons" last when there are any.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	put := func(key string, value any) error {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(key)
		if err != nil {
			return err
		}
		body, err := json.Marshal(value)
		if err != nil {
			return err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(body)
		return nil
	}
	for i, key := range o.keys {
		if err := put(key, o.values[i]); err != nil {
			return nil, err
		}
	}
	if len(o.reasons) > 0 {
		if err := put("reasons", o.reasons); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
