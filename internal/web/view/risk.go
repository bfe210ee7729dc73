package view

// Risk is what today's holdings may lose, and where that comes from.
type Risk struct {
	Page  Page
	Empty *Empty
	Strip []Figure
}
