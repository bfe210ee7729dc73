package main

import (
	"bufio"
	"io"
	"os"

	"github.com/foliosight/foliosight/internal/calc"
)

// calcCommand answers the requests of one engine, without a server or a database.
type calcCommand struct {
	Engine string `arg:"" help:"Name of the engine, such as lots, performance or metrics."`
	File   string `arg:"" optional:"" help:"File of requests, one JSON document a line (default: standard input)." type:"existingfile"`
}

// Run streams answers to standard output.
func (c *calcCommand) Run() error {
	var in io.Reader = os.Stdin
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	if err := calc.Run(c.Engine, in, out); err != nil {
		_ = out.Flush() // what was answered before the fault still goes out
		return &exitError{exitUsage, err.Error()}
	}
	return out.Flush()
}
