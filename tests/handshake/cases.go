// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// material is a certificate directory before it is signed: change one thing.
type material struct {
	ca, node, root *x509.Certificate
	middle         *x509.Certificate // signs root, where there is one
	sendMiddle     bool              // in client.root.crt
	anchorMiddle   bool              // ca-client.crt is it alone
	small          bool              // root's key is RSA with 1024 bits
}

type testCase struct {
	name   string
	change func(m *material)
}

const year = 366 * 24 * time.Hour

func template(cn string, eku ...x509.ExtKeyUsage) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{Organization: []string{"Cockroach"}, CommonName: cn},
		NotBefore:    time.Now().Add(-24 * time.Hour),
		NotAfter:     time.Now().Add(year),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  eku,
	}
}

func authority(cn string) *x509.Certificate {
	ca := template(cn)
	ca.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	ca.BasicConstraintsValid, ca.IsCA = true, true
	ca.NotAfter = time.Now().Add(10 * year)
	return ca
}

func newMaterial() *material {
	m := &material{
		ca: authority("Cockroach CA"),
		node: template("node", x509.ExtKeyUsageServerAuth,
			x509.ExtKeyUsageClientAuth),
		root: template("root", x509.ExtKeyUsageClientAuth),
	}
	m.node.DNSNames = []string{"node.local"}
	return m
}

// extension is a basicConstraints that is not critical, and the like.
func extension(oid asn1.ObjectIdentifier, critical bool, value interface{}) pkix.Extension {
	der, err := asn1.Marshal(value)
	if err != nil {
		fail("%v", err)
	}
	return pkix.Extension{Id: oid, Critical: critical, Value: der}
}

var (
	basicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	subjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	private          = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}
)

func hosts(names ...string) func(m *material) {
	return func(m *material) { m.node.DNSNames = names }
}

func withMiddle(m *material) {
	m.middle = authority("Middle CA")
}

var cases = []testCase{
	{"good", func(m *material) {}},
	{"client-for-servers", func(m *material) {
		m.root.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}},
	{"node-for-clients", func(m *material) {
		m.node.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}},
	{"ca-for-mail", func(m *material) {
		m.ca.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
	}},
	{"no-purpose", func(m *material) { m.node.ExtKeyUsage, m.root.ExtKeyUsage = nil, nil }},
	{"any-purpose", func(m *material) {
		m.node.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
		m.root.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	}},
	{"no-key-usage", func(m *material) { m.node.KeyUsage, m.root.KeyUsage = 0, 0 }},
	{"odd-key-usage", func(m *material) { m.root.KeyUsage = x509.KeyUsageCRLSign }},
	{"ca-without-constraints", func(m *material) { m.ca.BasicConstraintsValid = false }},
	{"ca-false", func(m *material) { m.ca.IsCA = false }},
	{"ca-without-cert-sign", func(m *material) { m.ca.KeyUsage = x509.KeyUsageDigitalSignature }},
	{"ca-without-key-usage", func(m *material) { m.ca.KeyUsage = 0 }},
	{"ca-not-critical", func(m *material) {
		m.ca.ExtraExtensions = []pkix.Extension{extension(basicConstraints, false,
			struct{ CA bool }{true})}
	}},
	{"ca-path-0", func(m *material) { m.ca.MaxPathLenZero = true }},
	{"name-constraints", func(m *material) { m.ca.PermittedDNSDomains = []string{"example.com"} }},
	{"unknown-critical", func(m *material) {
		m.node.ExtraExtensions = []pkix.Extension{extension(private, true, 1)}
	}},
	{"critical-names", func(m *material) {
		m.node.ExtraExtensions = []pkix.Extension{extension(subjectAltName, true,
			[]asn1.RawValue{{Class: 2, Tag: 2, Bytes: []byte("node.local")}})}
	}},
	{"no-names", func(m *material) {
		m.node.DNSNames, m.node.Subject.CommonName = nil, "node.local"
	}},
	{"address", func(m *material) { m.node.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }},
	{"address-as-name", hosts("127.0.0.1")},
	{"wildcard", hosts("*.local")},
	{"wildcard-two-labels", hosts("*.example.com")},
	{"upper-case", hosts("NODE.Local")},
	{"trailing-dot", hosts("node.local.")},
	{"expired", func(m *material) { m.node.NotAfter = time.Now().Add(-time.Hour) }},
	{"client-expired", func(m *material) { m.root.NotAfter = time.Now().Add(-time.Hour) }},
	{"not-yet-valid", func(m *material) { m.node.NotBefore = time.Now().Add(time.Hour) }},
	{"outlives-ca", func(m *material) { m.node.NotAfter = m.ca.NotAfter.Add(year) }},
	{"serial-0", func(m *material) { m.root.SerialNumber = big.NewInt(0) }},
	{"serial-25", func(m *material) {
		m.root.SerialNumber = new(big.Int).Lsh(big.NewInt(1), 8*24)
	}},
	{"rsa-1024", func(m *material) { m.small = true }},
	{"middle-missing", withMiddle},
	{"middle-sent", func(m *material) { withMiddle(m); m.sendMiddle = true }},
	{"middle-anchor", func(m *material) { withMiddle(m); m.anchorMiddle = true }},
}

func newKey(small bool) crypto.Signer {
	var key crypto.Signer
	var err error
	if small {
		key, err = rsa.GenerateKey(rand.Reader, 1024)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		fail("%v", err)
	}
	return key
}

func sign(cert, by *x509.Certificate, key, byKey crypto.Signer) []byte {
	der, err := x509.CreateCertificate(rand.Reader, cert, by, key.Public(), byKey)
	if err != nil {
		fail("%s: %v", cert.Subject, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func keyPEM(key crypto.Signer) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		fail("%v", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// write makes the directory of the case.
func (c testCase) write(dir string) {
	m := newMaterial()
	c.change(m)
	put := func(name string, mode os.FileMode, content ...[]byte) {
		var all []byte
		for _, part := range content {
			all = append(all, part...)
		}
		if err := os.WriteFile(filepath.Join(dir, name), all, mode); err != nil {
			fail("%v", err)
		}
	}
	if err := os.MkdirAll(dir, 0700); err != nil {
		fail("%v", err)
	}
	caKey, nodeKey, rootKey := newKey(false), newKey(false), newKey(m.small)
	caPEM := sign(m.ca, m.ca, caKey, caKey)
	put("ca.crt", 0644, caPEM)
	put("node.crt", 0644, sign(m.node, m.ca, nodeKey, caKey))
	put("node.key", 0600, keyPEM(nodeKey))
	put("client.root.key", 0600, keyPEM(rootKey))
	if m.middle == nil {
		put("client.root.crt", 0644, sign(m.root, m.ca, rootKey, caKey))
		return
	}
	middleKey := newKey(false)
	middlePEM := sign(m.middle, m.ca, middleKey, caKey)
	rootPEM := sign(m.root, m.middle, rootKey, middleKey)
	switch {
	case m.sendMiddle:
		put("client.root.crt", 0644, rootPEM, middlePEM)
	case m.anchorMiddle:
		put("ca-client.crt", 0644, middlePEM)
		put("client.root.crt", 0644, rootPEM)
	default:
		put("client.root.crt", 0644, rootPEM)
	}
}
