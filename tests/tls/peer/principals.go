// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/x509"
	"fmt"
	"net/url"
	"strings"
)

// principals are the users that a certificate is valid for, by CockroachDB's
// rules: the users of the URIs whose scheme is crdb, if there is one; else
// the common name and every DNS name.
func principals(cert *x509.Certificate) ([]string, error) {
	var users []string
	for _, uri := range cert.URIs {
		if uri.Scheme != "crdb" {
			continue
		}
		user, err := scopeUser(uri)
		if err != nil {
			return nil, err
		}
		users = append(users, user)
	}
	if users != nil {
		return users, nil
	}
	if cert.Subject.CommonName != "" {
		users = append(users, cert.Subject.CommonName)
	}
	return append(users, cert.DNSNames...), nil
}

// scopeUser is the user of crdb://tenant/ID/user/USER or
// crdb://tenant-name/NAME/user/USER.
func scopeUser(uri *url.URL) (string, error) {
	parts := strings.Split(strings.TrimPrefix(uri.Path, "/"), "/")
	if uri.Host != "tenant" && uri.Host != "tenant-name" ||
		len(parts) != 3 || parts[0] == "" || parts[1] != "user" ||
		parts[2] == "" || uri.Host == "tenant" && parts[0] == "0" {
		return "", fmt.Errorf("invalid tenant scope %q", uri)
	}
	return parts[2], nil
}

// authenticate says whether user may log in with the certificates that the
// handshake has verified.
func authenticate(user string, certs []*x509.Certificate) error {
	if len(certs) == 0 {
		return fmt.Errorf("no client certificate was sent: a password "+
			"would be asked of %q", user)
	}
	for _, unit := range certs[0].Subject.OrganizationalUnit {
		if unit == "Tenants" {
			return fmt.Errorf("using tenant client certificate as " +
				"user certificate is not allowed")
		}
	}
	users, err := principals(certs[0])
	if err != nil {
		return err
	}
	for _, principal := range users {
		if strings.ToLower(principal) == user {
			return nil
		}
	}
	return fmt.Errorf("certificate authentication failed for user %q: "+
		"the client certificate is valid for %q", user, users)
}
