// SPDX-License-Identifier: Apache-2.0

// Command handshake connects a client and a node whose certificate
// directories are given, by Go's own TLS and in the way that CockroachDB uses
// it, and says what came of it.
//
//	handshake make DIR             DIR/<case> for each case of cases.go
//	handshake connect HOST DIR...  one line for each directory
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// pool reads the first of the files that is there: ca-client.crt takes the
// place of ca.crt for clients.
func pool(dir string, files ...string) *x509.CertPool {
	roots := x509.NewCertPool()
	for _, file := range files {
		pem, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			fail("%s/%s: no certificates: %v", dir, file, err)
		}
		break
	}
	return roots
}

func pair(dir, name string) (tls.Certificate, error) {
	return tls.LoadX509KeyPair(filepath.Join(dir, name+".crt"),
		filepath.Join(dir, name+".key"))
}

// cause is the reason that one side had, and not what the other made of it.
func cause(errs ...error) error {
	var last error
	for _, err := range errs {
		if err == nil {
			continue
		}
		last = err
		text := err.Error()
		if !strings.Contains(text, "remote error") && strings.Contains(text, "x509: ") {
			return err
		}
	}
	return last
}

// connect is one connection of client.root.crt to node.crt as HOST. It returns
// what was refused first, or the user that the node saw.
func connect(dir, host string) string {
	node, err := pair(dir, "node")
	if err != nil {
		return err.Error()
	}
	root, err := pair(dir, "client.root")
	if err != nil {
		return err.Error()
	}
	near, far := net.Pipe()
	deadline := time.Now().Add(time.Minute)
	near.SetDeadline(deadline)
	far.SetDeadline(deadline)
	server := tls.Server(far, &tls.Config{
		Certificates: []tls.Certificate{node},
		ClientAuth:   tls.VerifyClientCertIfGiven,
		ClientCAs:    pool(dir, "ca-client.crt", "ca.crt"),
		MinVersion:   tls.VersionTLS12,
	})
	client := tls.Client(near, &tls.Config{
		Certificates: []tls.Certificate{root},
		RootCAs:      pool(dir, "ca.crt"),
		ServerName:   host,
		MinVersion:   tls.VersionTLS12,
	})
	refused := make(chan error, 1)
	go func() {
		err := client.Handshake()
		if err == nil {
			// With TLS 1.3 the node's refusal comes after this.
			_, err = client.Read(make([]byte, 1))
		}
		near.Close()
		refused <- err
	}()
	err = server.Handshake()
	if err == nil {
		_, err = server.Write([]byte("x"))
	}
	far.Close()
	if err = cause(err, <-refused); err != nil {
		return err.Error()
	}
	peers := server.ConnectionState().PeerCertificates
	if len(peers) == 0 {
		return "no client certificate"
	}
	return "ok " + peers[0].Subject.CommonName
}

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "handshake: "+format+"\n", args...)
	os.Exit(1)
}

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "make":
		for _, c := range cases {
			c.write(filepath.Join(os.Args[2], c.name))
		}
	case len(os.Args) > 3 && os.Args[1] == "connect":
		for _, dir := range os.Args[3:] {
			line := connect(dir, os.Args[2])
			line = string(bytes.ReplaceAll([]byte(line), []byte("\n"), []byte(" ")))
			fmt.Printf("%s\t%s\n", filepath.Base(dir), line)
		}
	default:
		fail("usage: handshake make DIR | connect HOST DIR...")
	}
}
