package scenario

// replay plays a stretch of the past over today's book.
func (e *Engine) replay(out *Result, set Settings) error {
	out.Reasons = append(out.Reasons, Reason{NoWindow, out.Scenario.Replay.Name})
	e.unavailable(out)
	return nil
}
