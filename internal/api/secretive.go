package api

// secretive are the operations whose answer has what is shown once: passwords, codes,
// tokens, secrets to sign with. Kept for an idempotency key it lies sealed; where there is
// no key to seal with it is not kept, and a repetition is refused.
var secretive = map[string]bool{
	"create-token": true, "create-invite": true, "create-link": true, "create-channel": true, "change-channel": true,
	"add-user": true, "reset-user-password": true,
	"begin-totp": true, "confirm-totp": true, "new-recovery-codes": true, "begin-passkey": true, "link-identity": true,
}
