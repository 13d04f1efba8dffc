// SPDX-License-Identifier: Apache-2.0

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.X509CertSelector;
import java.util.Properties;
import java.util.Set;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.postgresql.ssl.LazyKeyManager;
import org.postgresql.ssl.WrappedFactory;

/**
 * The driver's sslfactory, where a ca.crl is beside the sslrootcert: PKIX with
 * the CRLs of that file in a CertStore and with nobody else to ask. The user's
 * key is read by the driver's own class.
 */
public final class Checked extends WrappedFactory {
	public Checked(Properties info) throws Exception {
		Path trust = Path.of(info.getProperty("sslrootcert"));
		LazyKeyManager key = new LazyKeyManager(
		    info.getProperty("sslcert"), info.getProperty("sslkey"),
		    callbacks -> { }, false);
		TrustManagerFactory trusted =
		    TrustManagerFactory.getInstance("PKIX");
		trusted.init(new CertPathTrustManagerParameters(
		    parameters(trust)));
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(new KeyManager[] { key },
		    trusted.getTrustManagers(), null);
		factory = context.getSocketFactory();
	}

	/** Where the CRLs for a file of CA certificates are. */
	static Path lists(Path trust) {
		return trust.resolveSibling("ca.crl");
	}

	private static PKIXBuilderParameters parameters(Path trust)
	    throws Exception {
		CertificateFactory x509 = CertificateFactory.getInstance("X.509");
		KeyStore anchors = KeyStore.getInstance("PKCS12");
		anchors.load(null, null);
		try (InputStream in = Files.newInputStream(trust)) {
			for (Certificate ca : x509.generateCertificates(in))
				anchors.setCertificateEntry(
				    "ca" + anchors.size(), ca);
		}
		PKIXBuilderParameters parameters =
		    new PKIXBuilderParameters(anchors, new X509CertSelector());
		try (InputStream in = Files.newInputStream(lists(trust))) {
			parameters.addCertStore(CertStore.getInstance(
			    "Collection", new CollectionCertStoreParameters(
			    x509.generateCRLs(in))));
		}
		PKIXRevocationChecker checker = (PKIXRevocationChecker)
		    CertPathBuilder.getInstance("PKIX").getRevocationChecker();
		checker.setOptions(Set.of(
		    PKIXRevocationChecker.Option.PREFER_CRLS,
		    PKIXRevocationChecker.Option.NO_FALLBACK));
		parameters.addCertPathChecker(checker);
		return parameters;
	}
}
