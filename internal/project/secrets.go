package project

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

// Secret is a password, token or key that stands in a profile as it is. The
// value itself is nowhere kept: in Profiles.File it is masked.
type Secret struct {
	Output string // the target it belongs to
	Key    string
	Span   source.Span // the value, in Profiles.File
	// Local is set when the target's host is the machine itself or a service
	// beside it, which has no name in the outer world.
	Local bool
}

// secretKeys are the keys of profiles whose values give access.
var secretKeys = []string{
	"password", "pass", "passwd", "token", "access_token", "refresh_token", "private_key", "private_key_passphrase",
	"client_secret", "oauth_client_secret", "secret", "secret_key", "api_key", "aws_secret_access_key",
	"secret_access_key", "s3_secret_access_key", "motherduck_token",
}

// secrets finds the secrets in a profiles.yml, and returns the file without
// them.
func secrets(doc *yaml.Document) ([]Secret, *source.File) {
	var out []Secret
	for _, profile := range doc.Root.Entries() {
		for _, o := range profile.Value.Get("outputs").Entries() {
			local := false
			for _, key := range []string{"host", "server", "hostname"} { // as the adapters name it
				local = local || isLocal(o.Value.Get(key).Text())
			}
			for _, s := range secretsBelow(o.Value) {
				s.Output, s.Local = o.Key.Value, local
				out = append(out, s)
			}
		}
	}
	var spans []source.Span
	for _, s := range out {
		spans = append(spans, s.Span)
	}
	return out, doc.File.Masked(spans...)
}

func secretsBelow(n *yaml.Node) []Secret {
	var out []Secret
	for _, pair := range n.Entries() {
		key := strings.ToLower(pair.Key.Value)
		if pair.Value.IsScalar() && slices.Contains(secretKeys, key) && isSecret(key, pair.Value.Text()) {
			out = append(out, Secret{Key: pair.Key.Value, Span: pair.Value.Span})
		}
		out = append(out, secretsBelow(pair.Value)...)
	}
	for _, item := range n.List() {
		out = append(out, secretsBelow(item)...)
	}
	return out
}

// stands are parts of texts that stand for a secret.
var stands = []string{
	"{{", "${", "$(", "<", "your", "change", "xxx", "***", "...", "example", "placeholder", "dummy", "todo", "replace", "redacted", "_here",
}

// isSecret reports whether the value of key is a secret: no template, nothing
// that stands for one, not the name of the key.
func isSecret(key, value string) bool {
	value = strings.ToLower(strings.TrimSpace(value))
	if value == "" || value == key || value == "none" || value == "null" || strings.HasPrefix(value, "$") {
		return false
	}
	return !slices.ContainsFunc(stands, func(s string) bool { return strings.Contains(value, s) })
}

// isLocal reports whether a host is this machine or a service beside it.
func isLocal(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsUnspecified()
	}
	return host == "host.docker.internal" || host != "" && !strings.Contains(host, ".") && !strings.Contains(host, "{{")
}
