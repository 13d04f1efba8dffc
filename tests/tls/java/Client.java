// SPDX-License-Identifier: Apache-2.0

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Runs the cases whose client is `jdbc`, the PostgreSQL driver, and prints what
 * came of each.
 *
 * usage: java Client CASES PORTS
 */
public final class Client {
	private static final int PATIENCE = 30; // seconds

	/** One case; tests/tls/README.md describes the fields. */
	record Case(String id, String client, String version, String server,
	    String trust, String cert, String user, String host) {
		static Case parse(String line) {
			String[] f = line.split("\t");
			return new Case(f[0], f[1], f[2], f[3], f[4], f[5],
			    f[6], f[7]);
		}
	}

	public static void main(String[] args) throws Exception {
		Map<String, Integer> ports = new HashMap<>();
		for (String line : Files.readAllLines(Path.of(args[1]))) {
			String[] f = line.split("\t");
			ports.put(f[0], Integer.valueOf(f[1]));
		}
		for (String line : Files.readAllLines(Path.of(args[0]))) {
			Case c = Case.parse(line);
			if (c.client().equals("jdbc"))
				report(c, () -> driver(c, ports.get(c.id())));
		}
	}

	interface Attempt {
		String run() throws Exception;
	}

	private static void report(Case c, Attempt attempt) {
		String outcome = "ok";
		String words;
		try {
			words = attempt.run();
		} catch (Exception e) {
			outcome = "refused";
			words = reasons(e);
		}
		System.out.println(c.id() + "\t" + outcome + "\t" +
		    words.replaceAll("\\s+", " "));
	}

	/** What an exception says, and what the ones below it say. */
	private static String reasons(Throwable e) {
		StringBuilder words = new StringBuilder(e.toString());
		while ((e = e.getCause()) != null)
			words.append(": ").append(e);
		return words.toString();
	}

	private static String driver(Case c, int port) throws SQLException {
		boolean named = !c.host().equals("-");
		Properties p = new Properties();
		p.setProperty("user", c.user());
		p.setProperty("sslmode", named ? "verify-full" : "verify-ca");
		p.setProperty("sslrootcert", c.trust());
		// Without these, the driver looks for files in the home directory.
		if (!c.cert().equals("-")) {
			p.setProperty("sslcert", c.cert() + ".crt");
			p.setProperty("sslkey", c.cert() + ".key.pk8");
		}
		if (Files.exists(Checked.lists(Path.of(c.trust()))))
			p.setProperty("sslfactory", "Checked");
		p.setProperty("preferQueryMode", "simple");
		p.setProperty("connectTimeout", "" + PATIENCE);
		p.setProperty("socketTimeout", "" + PATIENCE);
		String url = "jdbc:postgresql://" +
		    (named ? c.host() : "localhost") + ":" + port +
		    "/defaultdb";
		try (Connection connection = DriverManager.getConnection(url, p);
		    Statement statement = connection.createStatement();
		    ResultSet rows = statement.executeQuery("SELECT 1")) {
			rows.next();
			return rows.getString(1);
		}
	}
}
