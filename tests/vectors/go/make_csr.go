// SPDX-License-Identifier: Apache-2.0

// usage: make_csr KIND FILE: a request by Go's crypto/x509 in PEM
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"log"
	"net"
	"net/url"
	"os"
)

func newKey(kind string) (key crypto.Signer, err error) {
	switch kind {
	case "p256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "p384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "p521":
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case "ed25519":
		_, key, err = ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	return rsa.GenerateKey(rand.Reader, 2048)
}

func main() {
	kind := os.Args[1]
	key, err := newKey(kind)
	if err != nil {
		log.Fatal(err)
	}
	template := x509.CertificateRequest{
		Subject:        pkix.Name{CommonName: "node", Organization: []string{"Cockroach"}},
		DNSNames:       []string{"node1.example.com", "*.example.com"},
		IPAddresses:    []net.IP{net.IPv4(10, 0, 0, 1), net.IPv6loopback},
		EmailAddresses: []string{"a@example.com"},
		URIs:           []*url.URL{{Scheme: "spiffe", Host: "example.com", Path: "/node"}},
		ExtraExtensions: []pkix.Extension{{
			Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 0}}},
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		log.Fatal(err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	if err := os.WriteFile(os.Args[2], out, 0o644); err != nil {
		log.Fatal(err)
	}
}
