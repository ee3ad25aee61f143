package source

// Masked returns a copy of the file in which the given ranges read `*`, byte
// for byte, line ends kept: places are the same in both, and whoever shows a
// line of the copy shows nothing of what stood there.
func (f *File) Masked(spans ...Span) *File {
	text := []byte(f.Text)
	for _, s := range spans {
		s = s.Clamp(len(text))
		for i := s.Start; i < s.End; i++ {
			if text[i] != '\n' && text[i] != '\r' {
				text[i] = '*'
			}
		}
	}
	return &File{Path: f.Path, Text: string(text), Enc: f.Enc}
}
