package keys

// Between lets a test do something after each row was read and before it is written.
func (v *Vault) Between(fn func()) { v.between = fn }
