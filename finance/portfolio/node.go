package portfolio

// Node is the part of a portfolio that is looked at. The zero Node is all of it.
type Node struct {
	Accounts []string // only these accounts; none given: all
	Symbols  []string // only these holdings, without cash; none given: everything
}

// IsHolding reports whether the node is made of holdings, without cash.
func (n Node) IsHolding() bool { return len(n.Symbols) > 0 }

// IsAll reports whether the node is the whole portfolio.
func (n Node) IsAll() bool { return len(n.Accounts) == 0 && len(n.Symbols) == 0 }

// picked is a node resolved against a book.
type picked struct {
	accounts []bool // nil: all
	symbols  []bool // nil: all
	holding  bool
}

func (b *Book) pick(n Node) picked {
	p := picked{holding: n.IsHolding()}
	if len(n.Accounts) > 0 {
		p.accounts = make([]bool, len(b.Accounts))
		for _, a := range n.Accounts {
			if i, ok := b.accountAt[a]; ok {
				p.accounts[i] = true
			}
		}
	}
	if len(n.Symbols) > 0 {
		p.symbols = make([]bool, len(b.Symbols))
		for _, s := range n.Symbols {
			if i, ok := b.symbolAt[s]; ok {
				p.symbols[i] = true
			}
		}
	}
	return p
}

// inAccount reports whether account i (−1: none) belongs to the node.
func (p *picked) inAccount(i int32) bool { return i >= 0 && (p.accounts == nil || p.accounts[i]) }

// symbol reports whether the node looks at symbol s.
func (p *picked) symbol(s int32) bool { return p.symbols == nil || p.symbols[s] }

// security reports whether symbol s in account a belongs to the node.
func (p *picked) security(a, s int32) bool { return s >= 0 && p.inAccount(a) && p.symbol(s) }

// money reports whether the cash of account a belongs to the node.
func (p *picked) money(a int32) bool { return !p.holding && p.inAccount(a) }
