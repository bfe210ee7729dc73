package lot

func (b *booking) rewrites() error       { return nil }
func (b *booking) ends() error           { return nil }
func (b *booking) returnsCapital() error { return nil }
