// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// An identity is what a host has read of its certificate directory.
type identity struct {
	server *tls.Config // nil for a client
	client *tls.Config
	files  map[string]bool // those that a reload must not lose
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// readNode reads a node's directory: as a client it is client.node, or node
// where there is none. Like CockroachDB's manager it refuses to lose what it
// had in before.
func readNode(dir string, before *identity) (*identity, error) {
	after := &identity{files: make(map[string]bool)}
	for _, name := range []string{"ca-client.crt", "client.node.crt"} {
		found, err := exists(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if before != nil && before.files[name] && !found {
			return nil, fmt.Errorf("reload would lose valid %s", name)
		}
		after.files[name] = found
	}
	name := "node"
	if after.files["client.node.crt"] {
		name = "client.node"
	}
	var err error
	if after.server, err = serverConfig(dir, "1.3"); err != nil {
		return nil, err
	}
	after.server.MinVersion = tls.VersionTLS12
	after.client, err = readClient(dir, name)
	return after, err
}

// readClient reads ca.crt and a pair: whom it trusts and who it is.
func readClient(dir string, name string) (*tls.Config, error) {
	return clientConfig(testCase{
		version: "1.3",
		trust:   filepath.Join(dir, "ca.crt"),
		cert:    filepath.Join(dir, name),
		host:    "example.com", // each connection sets its own
	})
}
