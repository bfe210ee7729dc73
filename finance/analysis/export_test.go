package analysis

// LookThroughAlone computes the look-through again.
func (p *Prepared) LookThroughAlone() { r := p.runner; r.lookThrough() }
