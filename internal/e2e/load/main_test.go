package load

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"syscall"
	"testing"

	"github.com/foliosight/foliosight/internal/app"
	"github.com/foliosight/foliosight/internal/config"
)

// The variables of a child that serves.
const (
	childServes  = "FOLIOSIGHT_LOAD_SERVE"   // set: this process is the server
	childProfile = "FOLIOSIGHT_LOAD_PROFILE" // file for a profile of its processors; one of its memory is put beside it
)

// TestMain is the server where it is told to be: the program as `serve` runs it, in a
// process of its own.
func TestMain(m *testing.M) {
	if os.Getenv(childServes) == "" {
		os.Exit(m.Run())
	}
	if err := serve(); err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

func serve() error {
	cfg, err := config.Load(config.Input{Environ: os.Environ(), Flags: map[string]string{}})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if name := os.Getenv(childProfile); name != "" {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		defer f.Close()
		profiled := make(chan os.Signal, 1) // from the first signal on: without the start
		signal.Notify(profiled, syscall.SIGUSR1)
		go func() {
			<-profiled
			if err := pprof.StartCPUProfile(f); err != nil {
				slog.Error("profile", "error", err)
			}
		}()
		defer pprof.StopCPUProfile()
		asked, going := context.WithCancel(context.WithoutCancel(ctx))
		defer going()
		context.AfterFunc(ctx, func() { // while it still is in memory
			defer going()
			runtime.GC()
			if err := remembered(strings.TrimSuffix(name, ".pprof") + ".memory.pprof"); err != nil {
				slog.Error("profile", "error", err)
			}
		})
		ctx = asked
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	return app.Run(ctx, cfg, app.Outside{Version: "load", Messages: os.Stdout, Log: log})
}

// remembered writes a profile of what is in memory.
func remembered(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
