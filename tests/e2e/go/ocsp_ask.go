// SPDX-License-Identifier: Apache-2.0

// Asks about a certificate as CockroachDB does (pkg/security, ocsp.go): each
// URL of the certificate, by POST, with a CertID by SHA-256.
//
// usage: ocsp_ask CERTIFICATE ISSUER
package main

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"

	"golang.org/x/crypto/ocsp"
)

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func read(path string) *x509.Certificate {
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		fail(fmt.Errorf("%s: no PEM", path))
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		fail(err)
	}
	return certificate
}

func main() {
	certificate, issuer := read(os.Args[1]), read(os.Args[2])
	if len(certificate.OCSPServer) == 0 {
		fail(fmt.Errorf("%s: nobody to ask", os.Args[1]))
	}
	request, err := ocsp.CreateRequest(certificate, issuer,
		&ocsp.RequestOptions{Hash: crypto.SHA256})
	if err != nil {
		fail(err)
	}
	for _, url := range certificate.OCSPServer {
		answer, err := http.Post(url, "application/ocsp-request",
			bytes.NewReader(request))
		if err != nil {
			fail(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			fail(err)
		}
		response, err := ocsp.ParseResponseForCert(body, certificate, issuer)
		if err != nil {
			fail(err)
		}
		switch response.Status {
		case ocsp.Good:
			fmt.Println("good")
		case ocsp.Revoked:
			fmt.Println("revoked", response.RevocationReason)
		default:
			fmt.Println("unknown")
		}
	}
}
