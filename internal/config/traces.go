package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/internal/ops/tracing"
)

// Traces are where traces go and which. Their variables are those of OpenTelemetry.
type Traces struct {
	Off      bool
	Endpoint string // of a collector, OTLP over HTTP; empty: nothing is traced
	Headers  map[string]string
	Service  string
	Sampler  string
	Ratio    float64
}

func usualTraces() Traces {
	return Traces{Service: "foliosight", Sampler: "parentbased_always_on", Ratio: 1}
}

var traceSettings = []setting{
	{key: "traces_endpoint", name: "OTEL_EXPORTER_OTLP_ENDPOINT", means: "base address of a collector of OpenTelemetry that gets traces by OTLP over HTTP, as http://127.0.0.1:4318; empty: nothing is traced",
		set: func(c *Config, v string) error {
			u, err := url.Parse(v)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
				return errors.New("not an address; use http://HOST:4318, and OTEL_EXPORTER_OTLP_HEADERS for a key")
			}
			c.Traces.Endpoint = v
			return nil
		},
		get: func(c *Config) string { return c.Traces.Endpoint }},
	{key: "traces_protocol", name: "OTEL_EXPORTER_OTLP_PROTOCOL", means: "how traces are sent: http/protobuf, there is no other",
		set: func(_ *Config, v string) error {
			if v != "http/protobuf" {
				return errors.New("use http/protobuf, which collectors take at port 4318")
			}
			return nil
		},
		get: func(*Config) string { return "http/protobuf" }},
	{key: "traces_headers", name: "OTEL_EXPORTER_OTLP_HEADERS", means: "headers for the collector, as name=value,name=value", hide: true,
		set: setTraceHeaders,
		get: func(c *Config) string {
			return strings.Join(slices.Sorted(maps.Keys(c.Traces.Headers)), ",") // hidden as a whole
		}},
	{key: "traces_service", name: "OTEL_SERVICE_NAME", means: "what the program is called in traces",
		set: func(c *Config, v string) error { c.Traces.Service = v; return nil },
		get: func(c *Config) string { return c.Traces.Service }},
	{key: "traces_sampler", name: "OTEL_TRACES_SAMPLER", means: "which requests are traced: " + strings.Join(tracing.Samplers, ", "),
		set: func(c *Config, v string) error {
			if !slices.Contains(tracing.Samplers, v) {
				return errors.New("use one of " + strings.Join(tracing.Samplers, ", "))
			}
			c.Traces.Sampler = v
			return nil
		},
		get: func(c *Config) string { return c.Traces.Sampler }},
	{key: "traces_ratio", name: "OTEL_TRACES_SAMPLER_ARG", means: "the part that the samplers with a ratio trace, from 0 to 1",
		set: func(c *Config, v string) error {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil || !(n >= 0 && n <= 1) {
				return errors.New("not a number from 0 to 1")
			}
			c.Traces.Ratio = n
			return nil
		},
		get: func(c *Config) string { return strconv.FormatFloat(c.Traces.Ratio, 'g', -1, 64) }},
	{key: "traces_off", name: "OTEL_SDK_DISABLED", means: "true: nothing is traced, whatever else is set",
		set: func(c *Config, v string) (err error) { c.Traces.Off, err = strconv.ParseBool(v); return err },
		get: func(c *Config) string { return strconv.FormatBool(c.Traces.Off) }},
}

// setTraceHeaders reads name=value,name=value; values may be escaped as in an address.
func setTraceHeaders(c *Config, v string) error {
	all := map[string]string{}
	for i, pair := range strings.Split(v, ",") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		plain, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || name == "" || err != nil {
			return fmt.Errorf("header %d is not name=value", i+1)
		}
		all[name] = plain
	}
	c.Traces.Headers = all
	return nil
}
