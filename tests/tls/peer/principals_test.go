// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"net/url"
	"strings"
	"testing"
)

// The rules of CockroachDB's pkg/security: whom a certificate lets in as the
// user x, and with what words the others are refused.
func TestAuthenticate(t *testing.T) {
	for _, test := range []struct {
		name    string
		cn      string
		unit    string
		dns     string
		uri     string
		refusal string
	}{
		{name: "common name", cn: "x"},
		{name: "common name in capitals", cn: "X"},
		{name: "DNS name", cn: "node", dns: "x"},
		{name: "DNS name alone", dns: "x"},
		{name: "another", cn: "y", refusal: `valid for ["y"]`},
		{name: "no name", refusal: "valid for []"},
		{name: "a node", cn: "node", dns: "n1.example.com",
			refusal: `valid for ["node" "n1.example.com"]`},
		{name: "a tenant's", cn: "x", unit: "Tenants",
			refusal: "tenant client certificate"},
		{name: "another unit", cn: "x", unit: "tenants"},
		{name: "scope", cn: "y", uri: "crdb://tenant/7/user/x"},
		{name: "scope by name", uri: "crdb://tenant-name/a/user/x"},
		{name: "scope of another", cn: "x", dns: "x",
			uri:     "crdb://tenant/7/user/y",
			refusal: `valid for ["y"]`},
		{name: "scope of tenant 0", cn: "x",
			uri:     "crdb://tenant/0/user/x",
			refusal: "invalid tenant scope"},
		{name: "malformed scope", cn: "x", uri: "crdb://tenant/7",
			refusal: "invalid tenant scope"},
		{name: "another URI", cn: "x", uri: "spiffe://example.com/x"},
	} {
		cert := &x509.Certificate{Subject: pkix.Name{CommonName: test.cn}}
		if test.unit != "" {
			cert.Subject.OrganizationalUnit = []string{test.unit}
		}
		if test.dns != "" {
			cert.DNSNames = []string{test.dns}
		}
		if test.uri != "" {
			uri, err := url.Parse(test.uri)
			if err != nil {
				t.Fatal(err)
			}
			cert.URIs = []*url.URL{uri}
		}
		check(t, test.name, authenticate("x", []*x509.Certificate{cert}),
			test.refusal)
	}
	check(t, "no certificate", authenticate("x", nil), "no client certificate")
}

func check(t *testing.T, name string, err error, refusal string) {
	t.Helper()
	switch {
	case err == nil && refusal != "":
		t.Errorf("%s: let in", name)
	case err != nil && refusal == "":
		t.Errorf("%s: %v", name, err)
	case err != nil && !strings.Contains(err.Error(), refusal):
		t.Errorf("%s: refused, but with %q", name, err)
	}
}
