package performance

// GroupContribution is what a group of holdings (a sector, an asset class) added to the
// return of the portfolio: the sums of its holdings.
type GroupContribution struct {
	Name         string
	Symbols      []string // empty for the rest
	Contribution float64
	Weight       float64
	Gain         float64
}

// By sums the contributions by group, in the order in which groups first appear; the
// rest goes to the group called rest. The groups add up to the return too.
func (c *Contributions) By(group func(symbol string) string, rest string) []GroupContribution {
	var out []GroupContribution
	at := map[string]int{}
	of := func(name string) *GroupContribution {
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, GroupContribution{Name: name})
		}
		return &out[i]
	}
	add := func(name string, h *Contribution) {
		g := of(name)
		if h.Symbol != "" {
			g.Symbols = append(g.Symbols, h.Symbol)
		}
		g.Contribution += h.Contribution
		g.Weight += h.Weight
		g.Gain += h.Gain
	}
	for i := range c.Holdings {
		add(group(c.Holdings[i].Symbol), &c.Holdings[i])
	}
	add(rest, &c.Rest)
	return out
}
