package audit

import (
	"bytes"
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/foliosight/foliosight/internal/ops/check"
)

//go:embed sql_allowed.txt
var allowedText string

// SQL looks through the source of a program for SQL that is built from strings: every
// text that is given to a database is followed back through variables, parameters and
// functions of its package to where it comes from. Literals and constants are fine;
// anything else is a finding, unless the list of what is allowed names it with a reason.
// What is allowed and does not occur is a finding too.
func SQL(source string, r *check.Report) error { return sqlOf(source, allowedText, r) }

func sqlOf(source, allowedText string, r *check.Report) error {
	if _, err := os.Stat(filepath.Join(source, "go.mod")); err != nil {
		return fmt.Errorf("%s is no source tree: %w", source, err)
	}
	allowed, err := parseAllowed(allowedText)
	if err != nil {
		return err
	}
	packages, err := parseTree(source)
	if err != nil {
		return err
	}
	texts := 0
	for _, p := range packages {
		texts += p.audit(allowed, r)
	}
	if texts == 0 {
		return fmt.Errorf("%s: no text that is given to a database was found", source)
	}
	for _, a := range allowed {
		if !a.used {
			r.Find("allowed "+a.expression, "nothing in "+a.directory+" needs it", "take it out of internal/ops/audit/sql_allowed.txt")
		}
	}
	if r.Count(check.Finding) == 0 {
		r.Fine("SQL", fmt.Sprintf("%d texts are given to a database; all are constant but for %d that are allowed, each with its reason", texts, len(allowed)))
	}
	return nil
}

// allowance is an expression that may be part of SQL in the files of a directory.
type allowance struct {
	directory, expression, reason string
	used                          bool
}

// parseAllowed reads lines of directory, expression and reason, with tabs between.
func parseAllowed(text string) ([]*allowance, error) {
	var all []*allowance
	for i, line := range strings.Split(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || strings.TrimSpace(parts[2]) == "" {
			return nil, fmt.Errorf("sql_allowed.txt line %d: not a directory, an expression and a reason with tabs between", i+1)
		}
		all = append(all, &allowance{directory: parts[0], expression: parts[1], reason: parts[2]})
	}
	return all, nil
}

// pkg is one directory of source.
type pkg struct {
	directory string
	files     *token.FileSet
	consts    map[string]bool
	vars      map[string][]ast.Expr
	functions map[string][]*ast.FuncDecl
	all       map[string]bool // constants of all packages, as package.Name
	database  bool            // something in it speaks to a database
}

// parseTree reads what a program is made of: no tests, nothing of the tools.
func parseTree(source string) ([]*pkg, error) {
	byDirectory, constants := map[string]*pkg{}, map[string]bool{}
	err := filepath.WalkDir(source, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != source && (name[0] == '.' || name[0] == '_' || name == "testdata" || name == "tools" || name == "vendor") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		relative, err := filepath.Rel(source, filepath.Dir(path))
		if err != nil {
			return err
		}
		directory := filepath.ToSlash(relative)
		p := byDirectory[directory]
		if p == nil {
			p = &pkg{directory: directory, files: token.NewFileSet(), consts: map[string]bool{}, vars: map[string][]ast.Expr{}, functions: map[string][]*ast.FuncDecl{}, all: constants}
			byDirectory[directory] = p
		}
		file, err := parser.ParseFile(p.files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p.add(file)
		return nil
	})
	var all []*pkg
	for _, p := range byDirectory {
		if p.database {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b *pkg) int { return strings.Compare(a.directory, b.directory) })
	return all, err
}

// add notes what a file declares.
func (p *pkg) add(file *ast.File) {
	for _, i := range file.Imports {
		if path := strings.Trim(i.Path.Value, `"`); path == "database/sql" || strings.HasPrefix(path, "github.com/jackc/pgx") {
			p.database = true
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			p.functions[d.Name.Name] = append(p.functions[d.Name.Name], d)
		case *ast.GenDecl:
			embedded := d.Doc != nil && strings.Contains(comments(d.Doc), "go:embed")
			for _, spec := range d.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok {
					continue
				}
				for i, name := range v.Names {
					if d.Tok == token.CONST || embedded {
						p.consts[name.Name] = true
						p.all[file.Name.Name+"."+name.Name] = true
					} else if i < len(v.Values) {
						p.vars[name.Name] = append(p.vars[name.Name], v.Values[i])
					}
				}
			}
		}
	}
}

// comments are the texts of a comment group, directives too.
func comments(g *ast.CommentGroup) (all string) {
	for _, c := range g.List {
		all += c.Text
	}
	return all
}

// text writes an expression on one line.
func (p *pkg) text(e ast.Node) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, p.files, e); err != nil {
		return fmt.Sprintf("%T", e)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// sink is a function one of whose arguments is SQL.
type sink struct {
	name     string
	argument int
}

// speaking are the methods of database/sql and pgx that take SQL.
var speaking = map[string]bool{"Query": true, "QueryRow": true, "Exec": true, "Prepare": true,
	"QueryContext": true, "QueryRowContext": true, "ExecContext": true, "PrepareContext": true}

// audit follows every text back, and the parameters that texts come through to their
// callers, until nothing new is found. It returns how many calls it looked at.
func (p *pkg) audit(allowed []*allowance, r *check.Report) int {
	sinks := map[sink]bool{}
	seen := map[token.Pos]bool{}
	reported := map[string]bool{}
	for {
		before := len(sinks)
		for _, name := range sorted(p.functions) {
			for _, f := range p.functions[name] {
				if f.Body == nil {
					continue
				}
				ast.Inspect(f.Body, func(n ast.Node) bool {
					call, ok := n.(*ast.CallExpr)
					if !ok {
						return true
					}
					for _, at := range p.sqlArguments(call, f, sinks) {
						seen[call.Pos()] = true
						origin := p.follow(call.Args[at], f, map[ast.Node]bool{})
						for k := range origin.parameters {
							sinks[sink{f.Name.Name, k}] = true
						}
						for _, e := range origin.unknown {
							place := p.files.Position(e.Pos())
							expression := p.text(e)
							where := fmt.Sprintf("%s/%s:%d", p.directory, filepath.Base(place.Filename), place.Line)
							if reported[where+expression] {
								continue
							}
							reported[where+expression] = true
							if a := allowing(allowed, p.directory, expression); a != nil {
								a.used = true
								continue
							}
							r.Find(where, "SQL is built from "+expression, "give it as an argument ($1); where it cannot be one, make it a constant, or name it in internal/ops/audit/sql_allowed.txt with the reason")
						}
					}
					return true
				})
			}
		}
		if len(sinks) == before {
			return len(seen)
		}
	}
}

func allowing(all []*allowance, directory, expression string) *allowance {
	for _, a := range all {
		if a.directory == directory && a.expression == expression {
			return a
		}
	}
	return nil
}

// sqlArguments are the places of SQL among the arguments of a call.
func (p *pkg) sqlArguments(call *ast.CallExpr, in *ast.FuncDecl, sinks map[sink]bool) (places []int) {
	name := ""
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if speaking[name] {
			prepared := false // its SQL was given before
			if receiver, ok := f.X.(*ast.Ident); ok {
				for _, v := range first(assigned(receiver.Name, in)) {
					prepared = prepared || strings.Contains(p.text(v.from), ".Prepare")
				}
			}
			at := 0
			if len(call.Args) > 0 && isContext(p.text(call.Args[0])) {
				at = 1
			}
			if at < len(call.Args) && !prepared && !(call.Ellipsis.IsValid() && at == len(call.Args)-1) {
				return []int{at}
			}
			return nil
		}
	case *ast.Ident:
		name = f.Name
	}
	for k := range call.Args {
		if sinks[sink{name, k}] {
			places = append(places, k)
		}
	}
	return places
}

func isContext(expression string) bool {
	return expression == "ctx" || strings.HasSuffix(expression, "Context()") || strings.HasPrefix(expression, "context.") || strings.HasSuffix(expression, "tx")
}

func sorted[V any](m map[string]V) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func first[A, B any](a A, _ B) A { return a }
