// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"
)

// revocations is what a host has been told of revoked certificates. Go's
// crypto/tls asks nobody, so it looks by itself, where CockroachDB does: when
// the chain has been verified. It asks both ways, and each has to answer.
type revocations struct {
	lists     []*x509.RevocationList
	responses string // a directory with a response for each serial, or ""
}

// readRevocations reads what is beside the CA files of dir: ca.crl and
// ca-client.crl, and ocsp/. It returns nil where there is nothing.
func readRevocations(dir string) (*revocations, error) {
	r := &revocations{}
	for _, name := range []string{"ca.crl", "ca-client.crl"} {
		if err := r.addLists(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	responses := filepath.Join(dir, "ocsp")
	found, err := exists(responses)
	if err != nil {
		return nil, err
	}
	if found {
		r.responses = responses
	}
	if !found && r.lists == nil {
		return nil, nil
	}
	return r, nil
}

func (r *revocations) addLists(path string) error {
	rest, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return nil
		}
		list, err := x509.ParseRevocationList(block.Bytes)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		r.lists = append(r.lists, list)
	}
}

// into has the connections of c check what they are shown.
func (r *revocations) into(c *tls.Config) {
	if r == nil {
		return
	}
	c.VerifyPeerCertificate = func(_ [][]byte, chains [][]*x509.Certificate) error {
		for _, chain := range chains {
			if err := r.check(chain, time.Now()); err != nil {
				return err
			}
		}
		return nil
	}
}

// check says of every certificate of a chain but the CA's who says what.
func (r *revocations) check(chain []*x509.Certificate, now time.Time) error {
	var revoked []string
	for i := 0; i+1 < len(chain); i++ {
		for _, ask := range []func(cert, issuer *x509.Certificate,
			now time.Time) (string, error){r.askLists, r.askResponse} {
			words, err := ask(chain[i], chain[i+1], now)
			if err != nil {
				return err
			}
			if words != "" {
				revoked = append(revoked, words)
			}
		}
	}
	if revoked == nil {
		return nil
	}
	return fmt.Errorf("certificate revoked: %s", strings.Join(revoked, ", "))
}

// askLists returns words if the CRL of the issuer has the certificate in it.
func (r *revocations) askLists(cert, issuer *x509.Certificate,
	now time.Time) (string, error) {
	if r.lists == nil {
		return "", nil
	}
	for _, list := range r.lists {
		if !bytes.Equal(list.RawIssuer, issuer.RawSubject) ||
			list.CheckSignatureFrom(issuer) != nil {
			continue
		}
		if now.Before(list.ThisUpdate) || now.After(list.NextUpdate) {
			return "", fmt.Errorf("CRL %d is not for now", list.Number)
		}
		for _, entry := range list.RevokedCertificates {
			if entry.SerialNumber.Cmp(cert.SerialNumber) == 0 {
				return fmt.Sprintf("CRL %d", list.Number), nil
			}
		}
		return "", nil
	}
	return "", fmt.Errorf("no CRL of the issuer of %x", cert.SerialNumber)
}

// askResponse returns words if the OCSP response is that it is revoked.
func (r *revocations) askResponse(cert, issuer *x509.Certificate,
	now time.Time) (string, error) {
	if r.responses == "" {
		return "", nil
	}
	der, err := os.ReadFile(filepath.Join(r.responses,
		fmt.Sprintf("%032x", cert.SerialNumber)))
	if err != nil {
		return "", err
	}
	response, err := ocsp.ParseResponseForCert(der, cert, issuer)
	if err != nil {
		return "", fmt.Errorf("OCSP: %w", err)
	}
	if now.Before(response.ThisUpdate) || now.After(response.NextUpdate) {
		return "", fmt.Errorf("the OCSP response is not for now")
	}
	switch response.Status {
	case ocsp.Good:
		return "", nil
	case ocsp.Revoked:
		return fmt.Sprintf("OCSP reason %d", response.RevocationReason), nil
	}
	return "", fmt.Errorf("OCSP does not know the certificate")
}
