package audit

import (
	"go/ast"
	"slices"
	"strings"
)

// origin is where a text comes from, besides constants.
type origin struct {
	parameters map[int]bool // of the function it is used in
	unknown    []ast.Expr
}

func (o *origin) add(other origin) {
	for k := range other.parameters {
		if o.parameters == nil {
			o.parameters = map[int]bool{}
		}
		o.parameters[k] = true
	}
	o.unknown = append(o.unknown, other.unknown...)
}

// textual are functions of the standard library that make a text of all their arguments.
var textual = map[string]bool{"fmt.Sprintf": true, "fmt.Sprint": true, "strings.Join": true, "strings.ReplaceAll": true, "strings.Replace": true,
	"strings.TrimSpace": true, "strings.TrimSuffix": true, "strings.TrimPrefix": true, "strings.ToUpper": true, "strings.ToLower": true,
	"append": true, "string": true, "[]string": true, "slices.Concat": true, "slices.Clone": true, "strings.Split": true, "strings.Cut": true, "strings.FieldsFunc": true}

// harmless are functions whose text holds digits, quoted names or nothing yet.
var harmless = map[string]bool{"make": true, "len": true, "strconv.Itoa": true, "hex.EncodeToString": true, "func(r rune) bool": true}

// follow finds where an expression within a function comes from. been keeps what refers
// to itself from going round.
func (p *pkg) follow(e ast.Expr, f *ast.FuncDecl, been map[ast.Node]bool) (o origin) {
	if been[e] {
		return o
	}
	been[e] = true
	each := func(all []ast.Expr) {
		for _, one := range all {
			o.add(p.follow(one, f, been))
		}
	}
	switch e := e.(type) {
	case *ast.BasicLit:
	case *ast.ParenExpr:
		return p.follow(e.X, f, been)
	case *ast.BinaryExpr:
		each([]ast.Expr{e.X, e.Y})
	case *ast.KeyValueExpr:
		return p.follow(e.Value, f, been)
	case *ast.CompositeLit:
		each(e.Elts)
	case *ast.FuncLit: // of what is cut by it
	case *ast.SelectorExpr:
		if p.all[p.text(e)] {
			return o
		}
		o.unknown = []ast.Expr{e}
	case *ast.IndexExpr:
		return p.follow(e.X, f, been)
	case *ast.SliceExpr:
		return p.follow(e.X, f, been)
	case *ast.Ident:
		return p.followName(e, f, been)
	case *ast.CallExpr:
		name := p.text(e.Fun)
		if textual[name] {
			each(e.Args)
			return o
		}
		if harmless[name] || strings.HasPrefix(name, "pgx.Identifier{") {
			return o
		}
		if name == "strings.Repeat" && len(e.Args) == 2 {
			return p.follow(e.Args[0], f, been)
		}
		if selector, ok := e.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "String" && len(e.Args) == 0 {
			if written, found := p.written(p.text(selector.X), f); found {
				each(written)
				return o
			}
		}
		return p.followCall(e, 0, f, been)
	default:
		o.unknown = []ast.Expr{e}
	}
	return o
}

// followCall goes into functions of the package; parameters of theirs are the arguments.
func (p *pkg) followCall(call *ast.CallExpr, result int, f *ast.FuncDecl, been map[ast.Node]bool) (o origin) {
	name, method := "", false
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name, method = fun.Sel.Name, true
	}
	known := false
	for _, callee := range p.functions[name] {
		if (callee.Recv != nil) != method || callee.Body == nil {
			continue
		}
		known = true
		for _, returned := range returns(callee, result) {
			from := p.follow(returned, callee, been)
			o.unknown = append(o.unknown, from.unknown...)
			for k := range from.parameters {
				if k < len(call.Args) {
					o.add(p.follow(call.Args[k], f, been))
				}
			}
		}
	}
	if !known {
		o.unknown = []ast.Expr{call}
	}
	return o
}

// returns are what a function gives back at one place, without those of functions
// within it.
func returns(f *ast.FuncDecl, result int) (all []ast.Expr) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) > result {
				all = append(all, n.Results[result])
			} else if len(n.Results) == 1 {
				all = append(all, n.Results[0])
			}
		}
		return true
	})
	return all
}

// followName finds what a name stands for: what was assigned to it in the function, a
// parameter, or what the package declares.
func (p *pkg) followName(name *ast.Ident, f *ast.FuncDecl, been map[ast.Node]bool) (o origin) {
	if name.Name == "nil" || name.Name == "true" || name.Name == "false" {
		return o
	}
	values, found := assigned(name.Name, f)
	for _, v := range values {
		if call, ok := v.from.(*ast.CallExpr); ok && v.result > 0 && !textual[p.text(call.Fun)] {
			o.add(p.followCall(call, v.result, f, been))
			continue
		}
		o.add(p.follow(v.from, f, been))
	}
	if k := parameter(name.Name, f.Type); k >= 0 {
		o.add(origin{parameters: map[int]bool{k: true}})
		found = true
	}
	if given, is := p.closure(name.Name, f); is {
		for _, v := range given {
			o.add(p.follow(v, f, been))
		}
		found = true
	}
	if found || p.consts[name.Name] {
		return o
	}
	if values := p.vars[name.Name]; len(values) > 0 {
		for _, v := range values {
			o.add(p.follow(v, f, been))
		}
		return o
	}
	return origin{unknown: []ast.Expr{name}}
}

// parameter is the place of a name among the parameters of a function; -1 where it is none.
func parameter(name string, f *ast.FuncType) int {
	k := 0
	for _, field := range f.Params.List {
		for _, n := range field.Names {
			if n.Name == name {
				return k
			}
			k++
		}
	}
	return -1
}

// value is what a name is given: an expression, or one of the results of a call.
type value struct {
	from   ast.Expr
	result int
}

// assigned are the values that a name, or an element of it, is given within a function.
func assigned(name string, f *ast.FuncDecl) (values []value, found bool) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if element, ok := left.(*ast.IndexExpr); ok {
					left = element.X
				}
				if id, ok := left.(*ast.Ident); !ok || id.Name != name {
					continue
				}
				found = true
				if len(n.Rhs) == len(n.Lhs) {
					values = append(values, value{n.Rhs[i], 0})
				} else {
					values = append(values, value{n.Rhs[0], i})
				}
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name {
					found = true
					if i < len(n.Values) {
						values = append(values, value{n.Values[i], 0})
					}
				}
			}
		case *ast.RangeStmt:
			for _, left := range []ast.Expr{n.Key, n.Value} {
				if id, ok := left.(*ast.Ident); ok && id.Name == name {
					found = true
					values = append(values, value{n.X, 0})
				}
			}
		}
		return true
	})
	return values, found
}

// closure are the arguments that a function within this one is called with in place of
// a parameter; is reports whether the name is one.
func (p *pkg) closure(name string, f *ast.FuncDecl) (given []ast.Expr, is bool) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			return true
		}
		literal, ok := assign.Rhs[0].(*ast.FuncLit)
		if !ok {
			return true
		}
		k := parameter(name, literal.Type)
		called, named := assign.Lhs[0].(*ast.Ident)
		if k < 0 || !named {
			return true
		}
		is = true
		ast.Inspect(f.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && k < len(call.Args) && p.text(call.Fun) == called.Name {
				given = append(given, call.Args[k])
			}
			return true
		})
		return true
	})
	return given, is
}

// written are the texts that were written to a strings.Builder of a function.
func (p *pkg) written(builder string, f *ast.FuncDecl) (all []ast.Expr, found bool) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		switch p.text(call.Fun) {
		case builder + ".WriteString":
			all, found = append(all, call.Args...), true
		case builder + ".WriteByte", builder + ".WriteRune":
			all, found = append(all, call.Args...), true
		case "fmt.Fprintf", "fmt.Fprint":
			if len(call.Args) > 1 && p.text(call.Args[0]) == "&"+builder {
				all, found = append(all, call.Args[1:]...), true
			}
		}
		return true
	})
	return slices.Clip(all), found
}
