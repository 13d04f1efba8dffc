// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
)

// A testCase is one connection: a line of seven fields and what is expected,
// parted by tabs. tests/tls/README.md describes them.
type testCase struct {
	id      string
	client  string // go, openssl, psql, jdbc
	version string // 1.2, 1.3
	server  string // the server's certificate directory
	trust   string // the client's CA certificates
	cert    string // its certificate without .crt, or "-"
	user    string
	host    string // the name that is verified, or "-"
}

func readLines(path string, fields int) ([][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines [][]string
	for number, line := range strings.Split(string(text), "\n") {
		if line == "" {
			continue
		}
		words := strings.Split(line, "\t")
		if len(words) < fields {
			return nil, fmt.Errorf("%s:%d: %d fields, not %d",
				path, number+1, len(words), fields)
		}
		lines = append(lines, words)
	}
	return lines, nil
}

func readCases(path string) ([]testCase, error) {
	lines, err := readLines(path, 8)
	if err != nil {
		return nil, err
	}
	var cases []testCase
	for _, f := range lines {
		cases = append(cases, testCase{f[0], f[1], f[2], f[3], f[4],
			f[5], f[6], f[7]})
	}
	return cases, nil
}

// readPorts returns the port of each case.
func readPorts(path string) (map[string]string, error) {
	lines, err := readLines(path, 2)
	if err != nil {
		return nil, err
	}
	ports := make(map[string]string)
	for _, f := range lines {
		ports[f[0]] = f[1]
	}
	return ports, nil
}

// result is one line of output: what came of a case, in one line of words.
func result(id string, words string, err error) string {
	outcome := "ok"
	if err != nil {
		outcome, words = "refused", err.Error()
	}
	words = strings.NewReplacer("\t", " ", "\n", " ").Replace(words)
	return fmt.Sprintf("%s\t%s\t%s\n", id, outcome, words)
}
