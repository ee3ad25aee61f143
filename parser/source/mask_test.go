package source

import "testing"

func TestMasked(t *testing.T) {
	f := NewFile("profiles.yml", "pass: sécret\nkey: |\n  a\r\n  b\n")
	m := f.Masked(Span{6, 13}, Span{21, 90}, Span{-5, -1})
	if want := "pass: *******\nkey: |\n***\r\n***\n"; m.Text != want || m.Path != f.Path {
		t.Errorf("got %q, want %q", m.Text, want)
	}
	if m.Position(21).Line != f.Position(21).Line || f.Text[6] != 's' {
		t.Error("places moved, or the file itself was changed")
	}
}
