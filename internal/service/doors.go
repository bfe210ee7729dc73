package service

// Doors says how people come in here, for pages that offer only what there is.
type Doors struct {
	Registration Registration
	Mail         bool // links for a new password can be sent
	Passkeys     bool
	Providers    []ProviderInfo
}

// Doors are those of this installation.
func (s *Service) Doors() Doors {
	return Doors{Registration: s.accounts.Registration, Mail: s.accounts.Mail != nil, Passkeys: s.party != nil, Providers: s.Providers()}
}
