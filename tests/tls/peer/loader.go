// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// readCerts reads certificates as CockroachDB's loader does: every PEM block
// is a certificate, and there is at least one.
func readCerts(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	count := 0
	for rest := text; ; count++ {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("failed to parse certificate file "+
				"%s as PEM: block #%d is of type %s, not CERTIFICATE",
				path, count, block.Type)
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return nil, fmt.Errorf("failed to parse certificate %d "+
				"in file %s: %w", count, path, err)
		}
	}
	if count == 0 {
		return nil, fmt.Errorf("no certificates found in %s", path)
	}
	return text, nil
}

// readPair reads NAME.crt and NAME.key; nobody but the owner may use the key.
func readPair(name string) (tls.Certificate, error) {
	var none tls.Certificate
	certs, err := readCerts(name + ".crt")
	if err != nil {
		return none, err
	}
	info, err := os.Stat(name + ".key")
	if err != nil {
		return none, fmt.Errorf("could not stat key file: %w", err)
	}
	if info.Mode().Perm()&^0700 != 0 {
		return none, fmt.Errorf("key file %s.key has permissions %s, "+
			"exceeds -rwx------", name, info.Mode().Perm())
	}
	key, err := os.ReadFile(name + ".key")
	if err != nil {
		return none, err
	}
	return tls.X509KeyPair(certs, key)
}

// addCerts puts the certificates of a file into a pool.
func addCerts(pool *x509.CertPool, path string) error {
	certs, err := readCerts(path)
	if err != nil {
		return err
	}
	if !pool.AppendCertsFromPEM(certs) {
		return fmt.Errorf("%s: failed to parse CA PEM data to pool", path)
	}
	return nil
}

// clientPool is what client certificates are verified by: ca-client.crt, or
// ca.crt where there is none, and ca-client-tenant.crt where there is one.
func clientPool(dir string) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	err := addCerts(pool, filepath.Join(dir, "ca-client.crt"))
	if errors.Is(err, os.ErrNotExist) {
		err = addCerts(pool, filepath.Join(dir, "ca.crt"))
	}
	if err != nil {
		return nil, err
	}
	err = addCerts(pool, filepath.Join(dir, "ca-client-tenant.crt"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return pool, nil
}

func version(name string) uint16 {
	if name == "1.2" {
		return tls.VersionTLS12
	}
	return tls.VersionTLS13
}

// config is what both ends have in common: one protocol version, and for TLS
// 1.2 the suites that CockroachDB permits.
func config(name string) *tls.Config {
	return &tls.Config{
		MinVersion: version(name),
		MaxVersion: version(name),
		CipherSuites: []uint16{
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
		},
	}
}

func serverConfig(dir string, name string) (*tls.Config, error) {
	c := config(name)
	node, err := readPair(filepath.Join(dir, "node"))
	if err != nil {
		return nil, err
	}
	c.Certificates = []tls.Certificate{node}
	c.ClientCAs, err = clientPool(dir)
	if err != nil {
		return nil, err
	}
	// Who brings none is asked for a password, later.
	c.ClientAuth = tls.VerifyClientCertIfGiven
	revoked, err := readRevocations(dir)
	if err != nil {
		return nil, err
	}
	revoked.into(c)
	return c, nil
}

// clientConfig: with host "-" the name is not verified, everything else is.
func clientConfig(t testCase) (*tls.Config, error) {
	c := config(t.version)
	c.RootCAs = x509.NewCertPool()
	if err := addCerts(c.RootCAs, t.trust); err != nil {
		return nil, err
	}
	if t.cert != "-" {
		pair, err := readPair(t.cert)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{pair}
	}
	revoked, err := readRevocations(filepath.Dir(t.trust))
	if err != nil {
		return nil, err
	}
	revoked.into(c)
	c.ServerName = t.host
	if t.host != "-" {
		return c, nil
	}
	c.InsecureSkipVerify = true
	c.VerifyConnection = func(state tls.ConnectionState) error {
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
			Roots: c.RootCAs,
		})
		return err
	}
	return c, nil
}
