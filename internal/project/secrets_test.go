package project

import (
	"strings"
	"testing"

	"github.com/dbtvet/dbtvet/parser/source"
	"github.com/dbtvet/dbtvet/parser/yaml"
)

func TestSecrets(t *testing.T) {
	doc := yaml.Parse(source.NewFile("profiles.yml", `
shop:
  outputs:
    prod:
      host: db.shop.example.org
      password: hunter2hunter2
      user: token
      token: "{{ env_var('T') }}"
      keyfile_json: {private_key: "abcdef", client_id: x}
      secrets:
        - {type: s3, secret: "s3cr3t", region: eu}
    dev: {host: 127.0.0.1, pass: plain, client_secret: <fill in>}
    mssql: {server: localhost, password: plain}
    svc: {host: postgres, password: password}
`))
	found, masked := secrets(doc)
	var got []string
	for _, s := range found {
		text := s.Output + "." + s.Key
		if s.Local {
			text += " local"
		}
		got = append(got, text)
		if strings.Trim(masked.Slice(s.Span), `*`) != "" {
			t.Errorf("%s is not masked: %q", text, masked.Slice(s.Span))
		}
	}
	if want := "prod.password, prod.private_key, prod.secret, dev.pass local, mssql.password local"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	for _, value := range []string{"hunter2", "abcdef", "s3cr3t", "plain"} {
		if strings.Contains(masked.Text, value) {
			t.Errorf("%s can be read", value)
		}
	}
}
