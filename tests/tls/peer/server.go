// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

const patience = 30 * time.Second

// serve gives each case a port of its own, so that what the server says of a
// case can be told from what it says of the others.
func serve(casesPath, portsPath, logPath string) error {
	cases, err := readCases(casesPath)
	if err != nil {
		return err
	}
	log, err := os.Create(logPath)
	if err != nil {
		return err
	}
	var ports strings.Builder
	var mutex sync.Mutex
	for _, t := range cases {
		c, err := serverConfig(t.server, t.version)
		if err != nil {
			return fmt.Errorf("%s: %w", t.id, err)
		}
		listener, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Fprintf(&ports, "%s\t%d\n", t.id,
			listener.Addr().(*net.TCPAddr).Port)
		id := t.id
		go accept(listener, c, func(words string, err error) {
			mutex.Lock()
			defer mutex.Unlock()
			_, _ = log.WriteString(result(id, words, err))
		})
	}
	// It appears when every port is open.
	temporary := portsPath + ".new"
	if err := os.WriteFile(temporary, []byte(ports.String()), 0644); err != nil {
		return err
	}
	if err := os.Rename(temporary, portsPath); err != nil {
		return err
	}
	select {}
}

func accept(listener net.Listener, c *tls.Config, report func(string, error)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			report("", err)
			return
		}
		go func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			report(session(conn, c))
		}()
	}
}

// session returns what the client is told when it asks.
func session(conn net.Conn, c *tls.Config) (string, error) {
	if err := beginTLS(conn); err != nil {
		return "", err
	}
	secured := tls.Server(conn, c)
	if err := secured.Handshake(); err != nil {
		return "", err
	}
	startup, err := readPacket(secured)
	if err != nil {
		return "", fmt.Errorf("the client went away: %w", err)
	}
	user, err := startupUser(startup)
	if err != nil {
		return "", err
	}
	state := secured.ConnectionState()
	if err := authenticate(user, state.PeerCertificates); err != nil {
		_, _ = secured.Write(refusal(authNo, err.Error()))
		_ = secured.Close()
		return "", err
	}
	words := describe(user, state)
	if _, err := secured.Write(welcome()); err != nil {
		return "", err
	}
	if err := answer(secured, words); err != nil {
		return "", err
	}
	return words, secured.Close()
}

// beginTLS waits for an SSLRequest and agrees.
func beginTLS(conn net.Conn) error {
	for {
		request, err := readPacket(conn)
		if err != nil {
			return err
		}
		switch binary.BigEndian.Uint32(request) {
		case sslRequest:
			_, err := conn.Write([]byte{'S'})
			return err
		case gssRequest:
			if _, err := conn.Write([]byte{'N'}); err != nil {
				return err
			}
		default:
			text := "node is running secure mode, SSL connection required"
			_, _ = conn.Write(refusal(authNo, text))
			return fmt.Errorf("%s", text)
		}
	}
}

// answer gives every query the same answer, until the client has enough.
func answer(secured *tls.Conn, words string) error {
	for {
		kind, body, err := readMessage(secured)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		out := row(words)
		switch {
		case kind == 'X':
			return nil
		case kind != 'Q':
			text := fmt.Sprintf("message %q is not supported", kind)
			_, _ = secured.Write(refusal(notSupported, text))
			return fmt.Errorf("%s", text)
		case bytes.HasPrefix(body, []byte("SET ")):
			out = append(message('C', []byte("SET\x00")), ready()...)
		}
		if _, err := secured.Write(out); err != nil {
			return err
		}
	}
}

// describe: who came, over what, with what key, signed how.
func describe(user string, state tls.ConnectionState) string {
	name := "TLSv1.2"
	if state.Version == tls.VersionTLS13 {
		name = "TLSv1.3"
	}
	cert := state.PeerCertificates[0]
	return fmt.Sprintf("[%s %s %s %s]", user, name, keyName(cert),
		cert.SignatureAlgorithm)
}

func keyName(cert *x509.Certificate) string {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA-%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return key.Curve.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return "unknown"
}
