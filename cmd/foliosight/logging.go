package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/mattn/go-isatty"

	"github.com/foliosight/foliosight/internal/config"
	"github.com/foliosight/foliosight/internal/ops/logs"
)

// openLog opens the log of a server: the file of LOG_FILE, else standard error, as JSON
// unless that is a terminal. SIGHUP opens the file anew, for programs that rename it.
func openLog(ctx context.Context, cfg config.Config) (*logs.Log, error) {
	l, err := logs.Open(logs.Options{Level: cfg.LogLevel, Debug: cfg.Log.Debug, Out: os.Stderr, Text: isatty.IsTerminal(os.Stderr.Fd()),
		File: logs.FileOptions{Path: cfg.Log.File, Bytes: cfg.Log.Bytes, Age: cfg.Log.Age, Keep: cfg.Log.Keep}})
	if err != nil {
		return nil, &exitError{exitUnchecked, err.Error()}
	}
	hangUp := make(chan os.Signal, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangUp)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangUp:
				if err := l.Reopen(); err != nil {
					note("%v", err)
				}
			}
		}
	}()
	return l, nil
}

// hangUps tells of each SIGHUP: files that others renew are read anew.
func hangUps(ctx context.Context) <-chan struct{} {
	hangUp, told := make(chan os.Signal, 1), make(chan struct{}, 1)
	signal.Notify(hangUp, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangUp)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangUp:
				select {
				case told <- struct{}{}:
				default: // it is told already, and will look
				}
			}
		}
	}()
	return told
}
