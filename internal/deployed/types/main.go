// Command types checks the types of a program for a platform that this machine is not:
//
//	go run ./internal/deployed/types windows/amd64 ./cmd/foliosight
//
// Model: go list names every package that the program is made of there, each after those
// it imports. Each is read and checked in that order; of packages that are not ours the
// declarations alone, which is enough for ours to be held to. Nothing is compiled, so that
// it takes seconds where a build takes minutes.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir string
	GoFiles         []string
	ImportMap       map[string]string
	Module          *struct {
		Main      bool
		GoVersion string
	}
	Error *struct{ Err string }
}

func main() {
	if len(os.Args) < 3 || strings.Count(os.Args[1], "/") != 1 {
		fmt.Fprintln(os.Stderr, "usage: types OS/ARCH PACKAGE…")
		os.Exit(2)
	}
	if err := check(os.Args[1], os.Args[2:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "types:", err)
		os.Exit(1)
	}
}

// check checks the packages that are named and says each mistake on to.
func check(platform string, names []string, to io.Writer) error {
	system, machine, _ := strings.Cut(platform, "/")
	all, err := list(system, machine, names)
	if err != nil {
		return err
	}
	files, err := parse(all)
	if err != nil {
		return err
	}
	known := map[string]*types.Package{"unsafe": types.Unsafe}
	mistakes, ours := 0, 0
	for n, p := range all {
		if p.ImportPath == "unsafe" {
			continue
		}
		mine := p.Module != nil && p.Module.Main
		configuration := types.Config{Importer: imported{known, p.ImportMap}, IgnoreFuncBodies: !mine, FakeImportC: true, Sizes: types.SizesFor("gc", machine), Error: func(err error) {
			if mine {
				mistakes++
				fmt.Fprintf(to, "%s: %v\n", platform, err)
			}
		}}
		if p.Module != nil && p.Module.GoVersion != "" {
			configuration.GoVersion = "go" + p.Module.GoVersion
		}
		checked, err := configuration.Check(p.ImportPath, files.set, files.of[n], nil)
		if err != nil && !mine {
			return fmt.Errorf("%s: %s, which is not ours: %w", platform, p.ImportPath, err)
		}
		known[p.ImportPath] = checked
		if mine {
			ours++
		}
	}
	if mistakes > 0 {
		return fmt.Errorf("%s: %d mistakes", platform, mistakes)
	}
	fmt.Fprintf(to, "types: %s: %d packages of ours, %d in all\n", platform, ours, len(all))
	return nil
}

func list(system, machine string, names []string) ([]listed, error) {
	command := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Dir,GoFiles,ImportMap,Module,Error", "--"}, names...)...)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+machine)
	var said bytes.Buffer
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, said.String())
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		if p.Error != nil {
			return nil, fmt.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
		all = append(all, p)
	}
}

// parsed are the files of each package, in the order of the packages.
type parsed struct {
	set *token.FileSet
	of  [][]*ast.File
}

func parse(all []listed) (parsed, error) {
	p := parsed{token.NewFileSet(), make([][]*ast.File, len(all))}
	faults := make([]error, len(all))
	var under sync.WaitGroup
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for n, one := range all {
		slots <- struct{}{}
		under.Go(func() {
			defer func() { <-slots }()
			for _, name := range one.GoFiles {
				file, err := parser.ParseFile(p.set, filepath.Join(one.Dir, name), nil, parser.SkipObjectResolution)
				if err != nil {
					faults[n] = errors.Join(faults[n], err)
					continue
				}
				if one.Module == nil || !one.Module.Main {
					bare(file)
				}
				p.of[n] = append(p.of[n], file)
			}
		})
	}
	under.Wait()
	return p, errors.Join(faults...)
}

// bare lets go of what functions do.
func bare(file *ast.File) {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			f.Body = &ast.BlockStmt{Lbrace: f.Body.Lbrace, Rbrace: f.Body.Rbrace}
		}
	}
}

// imported gives a package those that were checked before it.
type imported struct {
	known map[string]*types.Package
	names map[string]string // what vendored packages of the language are really called
}

func (i imported) Import(path string) (*types.Package, error) {
	if real, ok := i.names[path]; ok {
		path = real
	}
	if p := i.known[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("%s is not among what go list named", strings.TrimSpace(path))
}
