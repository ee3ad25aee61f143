package config

import (
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/dbtvet/dbtvet/parser/source"
)

// maxFile is the size in bytes beyond which a configuration file is refused.
const maxFile = 1 << 20

// Load returns the settings for the project in folder dir of fsys: those of
// the dbtvet.yml in that folder or the nearest one above it, or the defaults.
// Globs are relative to the folder that the file is in.
func Load(fsys fs.FS, dir string, rules []Rule) (*Config, error) {
	for at := path.Clean(dir); ; at = path.Dir(at) {
		data, err := fs.ReadFile(fsys, path.Join(at, Name))
		switch {
		case err == nil:
			return Read(path.Join(at, Name), data, at, rules)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("cannot read the configuration: %w", err)
		case at == ".":
			c := Default()
			c.Root = path.Clean(dir)
			return c, nil
		}
	}
}

// Read is Parse for the bytes of a file.
func Read(name string, data []byte, root string, rules []Rule) (*Config, error) {
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: %d bytes are too many for a configuration", name, len(data))
	}
	return Parse(source.Decode(name, data), root, rules)
}
