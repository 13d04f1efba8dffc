// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"time"
)

// dial runs the cases whose client is `go`.
func dial(casesPath, portsPath string, out io.Writer) error {
	cases, err := readCases(casesPath)
	if err != nil {
		return err
	}
	ports, err := readPorts(portsPath)
	if err != nil {
		return err
	}
	for _, t := range cases {
		if t.client != "go" {
			continue
		}
		words, err := connect(t, ports[t.id])
		if _, err := io.WriteString(out, result(t.id, words, err)); err != nil {
			return err
		}
	}
	return nil
}

// connect logs in and returns the answer to a query.
func connect(t testCase, port string) (string, error) {
	c, err := clientConfig(t)
	if err != nil {
		return "", err
	}
	secured, err := open(port, c)
	if err != nil {
		return "", err
	}
	defer secured.NetConn().Close()
	if _, err := secured.Write(hello(t.user)); err != nil {
		return "", err
	}
	return readAnswer(secured)
}

// open connects and asks for TLS; everything until then takes at most
// patience, and what comes after does too unless it is set anew.
func open(port string, c *tls.Config) (*tls.Conn, error) {
	conn, err := net.DialTimeout("tcp4", "127.0.0.1:"+port, patience)
	if err != nil {
		return nil, err
	}
	secured, err := askTLS(conn, c)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func askTLS(conn net.Conn, c *tls.Config) (*tls.Conn, error) {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(packet(sslRequest, nil)); err != nil {
		return nil, err
	}
	var agreed [1]byte
	if _, err := io.ReadFull(conn, agreed[:]); err != nil {
		return nil, err
	}
	if agreed[0] != 'S' {
		return nil, fmt.Errorf("the server does no TLS: %q", agreed[0])
	}
	secured := tls.Client(conn, c)
	return secured, secured.Handshake()
}

// readAnswer reads until the row has come, or the server refuses.
func readAnswer(r io.Reader) (string, error) {
	for {
		kind, body, err := readMessage(r)
		if err != nil {
			return "", err
		}
		switch kind {
		case 'D':
			return string(body[6:]), nil
		case 'E':
			return "", fmt.Errorf("%s", bytes.ReplaceAll(
				bytes.TrimRight(body, "\x00"), []byte{0}, []byte(" ")))
		}
	}
}
