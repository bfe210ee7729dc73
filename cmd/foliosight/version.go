package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the release build; a build from source says its commit.
var version = "0.1.0-dev"

// versionCommand says which version this is.
type versionCommand struct{}

// Run prints version, commit and platform.
func (versionCommand) Run() error {
	fmt.Printf("foliosight %s%s %s/%s %s\n", version, commit(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	return nil
}

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return " (" + s.Value[:12] + ")"
		}
	}
	return ""
}
