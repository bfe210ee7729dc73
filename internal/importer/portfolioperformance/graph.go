package portfolioperformance

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/foliosight/foliosight/finance/ledger"
)

// node is an element of the file. The methods may be called on nil, which is empty.
type node struct {
	name      string
	class     string // the attributes that matter
	id        string
	reference string
	attrs     []xml.Attr // the others
	value     string
	line      int
	parent    *node
	children  []*node

	byName map[string][]*node // children, made when first asked for
	graph  *graph
}

// graph is what all nodes share.
type graph struct{ ids map[string]*node }

// maxDepth is far above what the program writes: it nests accounts and portfolios in
// each other through cross entries.
const maxDepth = 20000

// maxHops ends circles of references.
const maxHops = 64

func parse(content []byte) (*node, *ledger.Fault) {
	g := &graph{ids: map[string]*node{}}
	var root, at *node
	depth := 0
	decoder := xml.NewDecoder(bytes.NewReader(content))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := decoder.InputPos()
			return nil, &ledger.Fault{Row: line, Problem: "is not well-formed XML (" + err.Error() + ")", Cure: "save the file again in Portfolio Performance", Err: err}
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, &ledger.Fault{Problem: "is nested deeper than the program writes", Cure: "save the file again in Portfolio Performance"}
			}
			n := &node{name: token.Name.Local, parent: at, graph: g}
			n.line, _ = decoder.InputPos()
			n.take(token.Attr)
			if at != nil {
				at.children = append(at.children, n)
			} else if root == nil {
				root = n
			}
			at = n
		case xml.EndElement:
			depth--
			at = at.parent
		case xml.CharData:
			if at != nil && len(at.children) == 0 {
				at.value += string(token)
			}
		}
	}
	if root == nil {
		return nil, &ledger.Fault{Problem: "has no XML element", Cure: "give the XML file that Portfolio Performance saved"}
	}
	return root, nil
}

func (n *node) take(attributes []xml.Attr) {
	for _, a := range attributes {
		switch a.Name.Local {
		case "class":
			n.class = a.Value
		case "id":
			n.id = a.Value
			n.graph.ids[a.Value] = n
		case "reference":
			n.reference = a.Value
		default:
			n.attrs = append(n.attrs, a)
		}
	}
}

// resolve follows references to the element itself; nil where one leads nowhere.
func (n *node) resolve() *node {
	for hops := 0; n != nil && n.reference != ""; hops++ {
		if hops == maxHops {
			return nil
		}
		n = n.follow()
	}
	return n
}

func (n *node) follow() *node {
	path := n.reference
	if !strings.ContainsAny(path, "./") {
		return n.graph.ids[path]
	}
	at := n
	if strings.HasPrefix(path, "/") {
		for at.parent != nil {
			at = at.parent
		}
		_, path, _ = strings.Cut(path[1:], "/")
	}
	for path != "" && at != nil {
		var step string
		step, path, _ = strings.Cut(path, "/")
		at = at.step(step)
	}
	return at
}

// step takes one step of a path: "..", "name" or "name[2]". A step through an element
// that is a reference itself goes on where it leads.
func (n *node) step(step string) *node {
	switch step {
	case "", ".":
		return n
	case "..":
		return n.parent
	}
	name, position := step, 1
	if i := strings.IndexByte(step, '['); i > 0 && strings.HasSuffix(step, "]") {
		number, err := strconv.Atoi(step[i+1 : len(step)-1])
		if err != nil || number < 1 {
			return nil
		}
		name, position = step[:i], number
	}
	all := n.named(name)
	if position > len(all) {
		return nil
	}
	return all[position-1]
}

// named are the children of a name, in order.
func (n *node) named(name string) []*node {
	if n == nil {
		return nil
	}
	if n.byName == nil {
		n.byName = make(map[string][]*node, len(n.children))
		for _, child := range n.children {
			n.byName[child.name] = append(n.byName[child.name], child)
		}
	}
	return n.byName[name]
}

// find is the first child of a name, not resolved; nil where there is none.
func (n *node) find(name string) *node {
	if n == nil {
		return nil
	}
	for _, child := range n.children {
		if child.name == name {
			return child
		}
	}
	return nil
}

// child is the first child of a name, resolved; nil where there is none.
func (n *node) child(name string) *node { return n.find(name).resolve() }

// text is the trimmed text of the first child of a name.
func (n *node) text(name string) string {
	child := n.child(name)
	if child == nil {
		return ""
	}
	return strings.TrimSpace(child.value)
}

// items are the children of a name, resolved; references that lead nowhere are left out.
func (n *node) items(name string) []*node {
	var list []*node
	if n == nil {
		return nil
	}
	for _, child := range n.children {
		if child.name != name {
			continue
		}
		if item := child.resolve(); item != nil {
			list = append(list, item)
		}
	}
	return list
}

// attr is an attribute, empty where there is none.
func (n *node) attr(name string) string {
	if n != nil {
		for _, a := range n.attrs {
			if a.Name.Local == name {
				return a.Value
			}
		}
	}
	return ""
}
