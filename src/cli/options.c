/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include "cli/command.h"
#include "cli/go_flag.h"
#include "cli/principals.h"

#define INIT CLI_BIT(CLI_CMD_INIT)
#define CREATE_CA                                                         \
	(CLI_BIT(CLI_CMD_CREATE_CA) | CLI_BIT(CLI_CMD_CREATE_CLIENT_CA) | \
	    CLI_BIT(CLI_CMD_CREATE_UI_CA) |                               \
	    CLI_BIT(CLI_CMD_CREATE_TENANT_CLIENT_CA))
#define CREATE_CLIENT CLI_BIT(CLI_CMD_CREATE_CLIENT)
#define CREATE_LEAF                                     \
	(CLI_BIT(CLI_CMD_CREATE_NODE) | CREATE_CLIENT | \
	    CLI_BIT(CLI_CMD_CREATE_UI) |                \
	    CLI_BIT(CLI_CMD_CREATE_TENANT_CLIENT))
#define TENANT_SIGNING CLI_BIT(CLI_CMD_CREATE_TENANT_SIGNING)
/* All that `cockroach cert` has, but list. */
#define CREATE (CREATE_CA | CREATE_LEAF | TENANT_SIGNING)
#define SIGN CLI_BIT(CLI_CMD_SIGN)
#define APPROVE CLI_BIT(CLI_CMD_APPROVE)
#define RENEW CLI_BIT(CLI_CMD_RENEW)
#define ROTATE CLI_BIT(CLI_CMD_ROTATE_CA)
#define PLANS (ROTATE | CLI_BIT(CLI_CMD_SPLIT_CA))
#define ISSUES (SIGN | RENEW | PLANS)
#define REVOKE CLI_BIT(CLI_CMD_REVOKE)
#define CREATE_CRL CLI_BIT(CLI_CMD_CREATE_CRL)
#define CREATE_OCSP CLI_BIT(CLI_CMD_CREATE_OCSP)
#define CREATE_RESPONDER CLI_BIT(CLI_CMD_CREATE_RESPONDER)
#define CREATE_RESPONSE CLI_BIT(CLI_CMD_CREATE_RESPONSE)
#define COMPROMISE CLI_BIT(CLI_CMD_COMPROMISE)
#define INTAKE CLI_BIT(CLI_CMD_INTAKE)
#define DISPATCH CLI_BIT(CLI_CMD_DISPATCH)
#define INSPECT CLI_BIT(CLI_CMD_INSPECT)
#define EXPORT_CA CLI_BIT(CLI_CMD_EXPORT_CA)
#define EXIT_GATE CLI_BIT(CLI_CMD_EXIT_GATE)
#define POLICY (CLI_BIT(CLI_CMD_POLICY_CHECK) | CLI_BIT(CLI_CMD_POLICY_SHOW))
#define LEDGER_LIST CLI_BIT(CLI_CMD_LEDGER_LIST)
#define LEDGER_SHOW CLI_BIT(CLI_CMD_LEDGER_SHOW)
#define LEDGER_EXPORT CLI_BIT(CLI_CMD_LEDGER_EXPORT)
#define LEDGER_VERIFY CLI_BIT(CLI_CMD_LEDGER_VERIFY)
#define LEDGER_HEAD CLI_BIT(CLI_CMD_LEDGER_HEAD)
#define READS_LEDGER (LEDGER_LIST | LEDGER_SHOW | LEDGER_EXPORT)
#define REPORT CLI_BIT(CLI_CMD_REPORT)
#define MINUTES CLI_BIT(CLI_CMD_MINUTES)
#define TOKEN_LIST CLI_BIT(CLI_CMD_TOKEN_LIST)
#define TOKEN_CHECK CLI_BIT(CLI_CMD_TOKEN_CHECK)
#define TOKEN_INIT CLI_BIT(CLI_CMD_TOKEN_INIT)
#define CHANGE_PIN CLI_BIT(CLI_CMD_TOKEN_CHANGE_PIN)
#define REQUEST CLI_BIT(CLI_CMD_REQUEST)
#define INSTALL CLI_BIT(CLI_CMD_INSTALL)
#define LIST CLI_BIT(CLI_CMD_LIST)
#define LINT CLI_BIT(CLI_CMD_LINT)
#define DOCTOR CLI_BIT(CLI_CMD_DOCTOR)
#define LEDGER_BACKUP CLI_BIT(CLI_CMD_LEDGER_BACKUP)
#define VERSION CLI_BIT(CLI_CMD_VERSION)
#define HELP CLI_BIT(CLI_CMD_HELP)

/* Those that say with the CA's key what is revoked. */
#define PUBLISHES (CREATE_CRL | CREATE_OCSP | COMPROMISE)

#define USES_TOKEN                                                         \
	(CREATE_CA | CREATE_LEAF | ISSUES | PUBLISHES | CREATE_RESPONDER | \
	    CREATE_RESPONSE | TOKEN_LIST | TOKEN_CHECK | TOKEN_INIT |      \
	    CHANGE_PIN)

#define WRITES_LEDGER                                              \
	(CREATE | ISSUES | REVOKE | PUBLISHES | CREATE_RESPONDER | \
	    CREATE_RESPONSE | INTAKE)
#define USES_LEDGER                                                            \
	(WRITES_LEDGER | READS_LEDGER | LEDGER_VERIFY | LEDGER_HEAD | REPORT | \
	    MINUTES | LEDGER_BACKUP)

#define USES_CA                                                             \
	(INIT | CREATE | SIGN | REVOKE | INTAKE | DISPATCH | INSPECT |      \
	    EXPORT_CA | EXIT_GATE | POLICY | READS_LEDGER | LEDGER_VERIFY | \
	    LEDGER_HEAD | REPORT | MINUTES | LEDGER_BACKUP | DOCTOR |       \
	    USES_TOKEN)

/* The order is that in which help shows them. */
static const struct cli_option options[CLI_OPTS] = {
	[CLI_OPT_CA_DIR] = {
		.name = "ca-dir",
		.metavar = "DIR",
		.env = "COLDCA_DIR",
		.fallback = "$HOME/.coldca",
		.help = "the CA directory: policy.yaml and ledger.db",
		.commands = USES_CA,
	},
	[CLI_OPT_CERTS_DIR] = {
		.name = "certs-dir",
		.metavar = "DIR",
		.env = "COCKROACH_CERTS_DIR",
		.fallback = "$HOME/.cockroach-certs",
		.help = "the certificate directory",
		.commands = CREATE | REQUEST | INSTALL | LIST,
		.expands = true,
	},
	[CLI_OPT_CA_KEY] = {
		.name = "ca-key",
		.metavar = "URI",
		.env = "COCKROACH_CA_KEY",
		.help = "the CA key: pkcs11:token=LABEL;object=LABEL (RFC 7512)",
		.commands = CREATE | ISSUES | TOKEN_CHECK | CHANGE_PIN | CREATE_RESPONDER | PUBLISHES | CREATE_RESPONSE,
	},
	[CLI_OPT_TOKEN] = {
		.name = "token",
		.metavar = "URI",
		.help = "the token: pkcs11:token=LABEL;serial=NUMBER (RFC 7512)",
		.commands = TOKEN_LIST | TOKEN_INIT | CHANGE_PIN,
	},
	[CLI_OPT_LOGIN] = {
		.name = "login",
		.help = "log in to the token, which shows its private keys then",
		.commands = TOKEN_LIST,
	},
	[CLI_OPT_MODULE] = {
		.name = "module",
		.metavar = "PATH",
		.help = "the token's PKCS#11 module",
		.commands = INIT | USES_TOKEN,
	},
	[CLI_OPT_MODULE_ARGS] = {
		.name = "module-args",
		.metavar = "TEXT",
		.fallback = "the policy's",
		.help = "what the module's C_Initialize is given (NSS wants it)",
		.commands = INIT | USES_TOKEN,
	},
	[CLI_OPT_MODE] = {
		.name = "mode",
		.metavar = "production|test",
		.fallback = "production",
		.help = "production refuses tokens made of software",
		.commands = INIT,
	},
	[CLI_OPT_KEY_TYPE] = {
		.name = "key-type",
		.metavar = "rsa|p256|p384|p521|ed25519",
		.fallback = "p256, or rsa with --key-size",
		.help = "the kind of key to make",
		.commands = CREATE_CA | CREATE_LEAF | PLANS | REQUEST | CREATE_RESPONDER,
	},
	[CLI_OPT_KEY_SIZE] = {
		.name = "key-size",
		.metavar = "N",
		.fallback = "2048 where the key is RSA",
		.help = "bits of an RSA key: 2048, 3072 or 4096",
		.commands = CREATE | PLANS | REQUEST | CREATE_RESPONDER,
	},
	[CLI_OPT_SIG_ALG] = {
		.name = "sig-alg",
		.metavar = "NAME",
		.fallback = "the first that its key can",
		.help = "how the CA signs: RSASSA-PSS-SHA256, ecdsa-with-SHA384",
		.commands = CREATE_CA | PLANS,
	},
	[CLI_OPT_LIFETIME] = {
		.name = "lifetime",
		.metavar = "DURATION",
		.fallback = "the policy's",
		.help = "how long it is valid: 8784h, 1h30m, 30d",
		.commands = CREATE | ISSUES | APPROVE | CREATE_RESPONDER | CREATE_CRL | CREATE_OCSP,
	},
	[CLI_OPT_HOST] = {
		.name = "host",
		.metavar = "NAME|IP",
		.help = "a name or address of the node; repeat for more",
		.commands = SIGN | RENEW | INSPECT | REVOKE | LEDGER_LIST,
		.repeats = true,
	},
	[CLI_OPT_USER] = {
		.name = "user",
		.metavar = "NAME",
		.help = "the SQL user of a client certificate",
		.commands = SIGN | RENEW | INSPECT | REVOKE | LEDGER_LIST,
	},
	[CLI_OPT_TENANT] = {
		.name = "tenant",
		.metavar = "NUMBER",
		.help = "the tenant of a tenant-client certificate",
		.commands = SIGN | INSPECT | REVOKE,
	},
	[CLI_OPT_TENANT_SCOPE] = {
		.name = "tenant-scope",
		.metavar = "NUMBER,...",
		.help = "let the user log in to these tenants only",
		.commands = CREATE_CLIENT | SIGN | INSPECT,
		.repeats = true,
	},
	[CLI_OPT_TENANT_NAME_SCOPE] = {
		.name = "tenant-name-scope",
		.metavar = "NAME,...",
		.help = "the same, by the tenants' names",
		.commands = CREATE_CLIENT | SIGN | INSPECT,
		.repeats = true,
	},
	[CLI_OPT_DISABLE_USERNAME_VALIDATION] = {
		.name = "disable-username-validation",
		.help = "take a name that CockroachDB takes for no user",
		.commands = CREATE_CLIENT,
	},
	[CLI_OPT_PKCS8] = {
		.name = "also-generate-pkcs8-key",
		.help = "the key as DER, too, for Java: client.USER.key.pk8",
		.commands = CREATE_CLIENT | REQUEST,
	},
	[CLI_OPT_CERT_PRINCIPAL_MAP] = {
		.name = "cert-principal-map",
		.metavar = "CERT:DB,...",
		.help = "as cockroach has it: list, create-node and -client warn by it",
		.commands = CREATE | LIST,
		.repeats = true,
		.check = cli_check_principal_map,
	},
	[CLI_OPT_ROOT_DN] = {
		.name = "root-cert-distinguished-name",
		.metavar = "DN",
		.help = "the same, of root's subject",
		.commands = CREATE | LIST,
		.check = cli_check_dn,
	},
	[CLI_OPT_NODE_DN] = {
		.name = "node-cert-distinguished-name",
		.metavar = "DN",
		.help = "the same, of a node's subject",
		.commands = CREATE | LIST,
		.check = cli_check_dn,
	},
	[CLI_OPT_CA] = {
		.name = "ca",
		.metavar = "cluster|client|ui|tenant-client",
		.fallback = "the one that fits, or cluster",
		.help = "which CA",
		.commands = CREATE_LEAF | SIGN | RENEW | ROTATE | EXPORT_CA | CREATE_RESPONDER | PUBLISHES | LEDGER_EXPORT | CREATE_RESPONSE,
	},
	[CLI_OPT_EXPIRING] = {
		.name = "expiring",
		.metavar = "DURATION",
		.help = "what ends within this time: 30d, 720h (list: 30d)",
		.commands = RENEW | LIST | LEDGER_LIST,
	},
	[CLI_OPT_REQUEST] = {
		.name = "request",
		.metavar = "[HOST=]FILE",
		.help = "a new request for the names of an old certificate",
		.commands = RENEW | PLANS,
		.repeats = true,
	},
	[CLI_OPT_ALL] = {
		.name = "all",
		.help = "every host that this step concerns",
		.commands = PLANS,
	},
	[CLI_OPT_TO] = {
		.name = "to",
		.metavar = "SERIAL",
		.help = "the CA that stands by, in place of a new one",
		.commands = PLANS,
	},
	[CLI_OPT_AT_ONCE] = {
		.name = "at-once",
		.help = "a compromised CA in one step, with everything stopped",
		.commands = ROTATE,
	},
	[CLI_OPT_NAMES_FROM_REQUEST] = {
		.name = "names-from-request",
		.help = "take the names from each request, as policy permits",
		.commands = SIGN,
	},
	[CLI_OPT_ORDERS] = {
		.name = "orders",
		.metavar = "FILE",
		.help = "a prepared batch: which request gets what",
		.commands = SIGN,
	},
	[CLI_OPT_INTAKE] = {
		.name = "intake",
		.metavar = "DIR",
		.help = "what `intake` took in: its manifests say what is asked",
		.commands = SIGN,
	},
	[CLI_OPT_INTO] = {
		.name = "into",
		.metavar = "DIR",
		.fallback = "./inbox",
		.help = "where the folder with the requests is made",
		.commands = INTAKE,
	},
	[CLI_OPT_FROM] = {
		.name = "from",
		.metavar = "DIR",
		.fallback = "./outbox",
		.help = "what is to be written to the stick",
		.commands = DISPATCH,
	},
	[CLI_OPT_ALLOW_UNSIGNED] = {
		.name = "allow-unsigned",
		.help = "take requests that have no manifest as well",
		.commands = INTAKE,
	},
	[CLI_OPT_RESUME] = {
		.name = "resume",
		.help = "finish what an interrupted run left open",
		.commands = SIGN,
	},
	[CLI_OPT_PREPARE] = {
		.name = "prepare",
		.metavar = "DIR",
		.help = "sign nothing: write drafts there, to be approved",
		.commands = SIGN | RENEW,
	},
	[CLI_OPT_APPROVED] = {
		.name = "approved",
		.metavar = "DIR",
		.help = "sign the drafts that are there, with their approvals",
		.commands = SIGN | RENEW,
	},
	[CLI_OPT_APPROVER] = {
		.name = "approver",
		.metavar = "NAME",
		.help = "who approves, as the policy calls them",
		.commands = APPROVE,
	},
	[CLI_OPT_KEY] = {
		.name = "key",
		.metavar = "FILE",
		.help = "the approver's private key, in PEM",
		.commands = APPROVE,
	},
	[CLI_OPT_PASSPHRASE_FD] = {
		.name = "passphrase-fd",
		.metavar = "N",
		.help = "read the passphrase of that key from this descriptor",
		.commands = APPROVE,
	},
	[CLI_OPT_DROP_EXTRA] = {
		.name = "drop-extra",
		.help = "leave out what a request may not have",
		.commands = SIGN | INSPECT,
	},
	[CLI_OPT_PERMISSIVE] = {
		.name = "permissive",
		.help = "look at form, proof of possession and key only",
		.commands = INSPECT,
	},
	[CLI_OPT_ALLOW_ROOT] = {
		.name = "allow-root",
		.help = "the user may be root though no --user says so",
		.commands = SIGN | INSPECT,
	},
	[CLI_OPT_ALLOW_NODE] = {
		.name = "allow-node",
		.help = "the same for the user node: client.node.crt",
		.commands = SIGN | INSPECT,
	},
	[CLI_OPT_OUT] = {
		.name = "out",
		.metavar = "DIR",
		.fallback = "./outbox",
		.help = "where what is made goes",
		.commands = ISSUES | PUBLISHES | LEDGER_EXPORT | APPROVE | CREATE_RESPONSE,
	},
	[CLI_OPT_OVERWRITE] = {
		.name = "overwrite",
		.help = "replace files that are there already",
		.commands = CREATE | SIGN | RENEW | INSTALL | EXPORT_CA | PUBLISHES | LEDGER_EXPORT | REPORT | MINUTES,
	},
	[CLI_OPT_ALLOW_CA_KEY_REUSE] = {
		.name = "allow-ca-key-reuse",
		.help = "certify the key that is on the token already",
		.commands = CREATE_CA | PLANS | CREATE_RESPONDER,
	},
	[CLI_OPT_STANDBY] = {
		.name = "standby",
		.help = "a second key, on a second token, for a CA that is there",
		.commands = CREATE_CA,
	},
	[CLI_OPT_REASON] = {
		.name = "reason",
		.metavar = "REASON",
		.help = "why: keyCompromise, superseded, ...; needed",
		.commands = REVOKE | COMPROMISE,
	},
	[CLI_OPT_CONFIRM] = {
		.name = "confirm",
		.metavar = "CA",
		.help = "the name of the CA, so that nobody is asked: cluster",
		.commands = COMPROMISE,
	},
	[CLI_OPT_RESPONDER] = {
		.name = "responder",
		.metavar = "URI",
		.help = "the key that signs OCSP responses in the CA's place",
		.commands = CREATE_OCSP | CREATE_RESPONDER,
	},
	[CLI_OPT_WITHOUT_CRL] = {
		.name = "without-crl",
		.help = "no last CRL: the token is lost, or not to be trusted",
		.commands = COMPROMISE,
	},
	[CLI_OPT_SIGNER] = {
		.name = "signer",
		.metavar = "auto|libp11|engine|cryptoki",
		.fallback = "the policy's",
		.help = "how the token is made to sign",
		.commands = CREATE_CA | CREATE_LEAF | ISSUES | TOKEN_CHECK | CREATE_RESPONDER | PUBLISHES | CREATE_RESPONSE,
	},
	[CLI_OPT_SESSIONS] = {
		.name = "sessions",
		.metavar = "N",
		.fallback = "one for each processor",
		.help = "how many signatures are made side by side",
		.commands = ISSUES,
	},
	[CLI_OPT_ACCEPT_TOKEN_CHANGE] = {
		.name = "accept-token-change",
		.help = "go on although module, firmware or labels have changed",
		.commands = CREATE_CA | CREATE_LEAF | ISSUES | CREATE_RESPONDER | PUBLISHES | CREATE_RESPONSE,
	},
	[CLI_OPT_TOKEN_TIMEOUT] = {
		.name = "token-timeout",
		.metavar = "SECONDS",
		.fallback = "60",
		.help = "how long one call of the token may take; 0: for ever",
		.commands = USES_TOKEN,
	},
	[CLI_OPT_NEW_KEY] = {
		.name = "new-key",
		.help = "make the new key in pending/, apart from that in use",
		.commands = REQUEST,
	},
	[CLI_OPT_REUSE_KEY] = {
		.name = "reuse-key",
		.help = "a request for the key that is there",
		.commands = REQUEST,
	},
	[CLI_OPT_MANIFEST] = {
		.name = "manifest",
		.help = "say beside the request, signed, what it is for and until when",
		.commands = REQUEST,
	},
	[CLI_OPT_GROUP] = {
		.name = "group",
		.metavar = "NAME",
		.help = "give the key mode 0640, owner root and this group",
		.commands = REQUEST,
	},
	[CLI_OPT_RESPONSE] = {
		.name = "response",
		.metavar = "FILE",
		.help = "the response manifest, where it is not beside the bundle",
		.commands = INSTALL,
	},
	[CLI_OPT_REQUIRE_RESPONSE] = {
		.name = "require-response",
		.help = "refuse a bundle that no response manifest lists",
		.commands = INSTALL,
	},
	[CLI_OPT_WITHOUT_RESPONSE] = {
		.name = "without-response",
		.help = "do not hold bundles against response manifests",
		.commands = INSTALL | DISPATCH,
	},
	[CLI_OPT_CA_FINGERPRINT] = {
		.name = "ca-fingerprint",
		.metavar = "WORDS",
		.help = "SHA-256 of a CA certificate to trust, in words or hex",
		.commands = INSTALL,
	},
	[CLI_OPT_ROLLBACK] = {
		.name = "rollback",
		.help = "exchange the certificates and the set before them",
		.commands = INSTALL,
	},
	[CLI_OPT_CHECK] = {
		.name = "check",
		.help = "for monitoring: the exit status says what is wrong",
		.commands = INSTALL | LIST,
	},
	[CLI_OPT_DAYS] = {
		.name = "days",
		.metavar = "N",
		.fallback = "30",
		.help = "with --check: warn so long before something expires",
		.commands = INSTALL,
	},
	[CLI_OPT_LABEL] = {
		.name = "label",
		.metavar = "LABEL",
		.help = "the new token's label, 1 to 32 bytes",
		.commands = TOKEN_INIT,
	},
	[CLI_OPT_ERASE] = {
		.name = "erase",
		.metavar = "LABEL",
		.help = "erase a token in use; without LABEL, it must be typed",
		.commands = TOKEN_INIT,
		.optional = true,
	},
	[CLI_OPT_SO_PIN_FD] = {
		.name = "so-pin-fd",
		.metavar = "N",
		.help = "read the security officer's PIN from this descriptor",
		.commands = TOKEN_INIT,
	},
	[CLI_OPT_PIN_FD] = {
		.name = "pin-fd",
		.metavar = "N",
		.help = "read the PIN from this file descriptor",
		.commands = USES_TOKEN,
	},
	[CLI_OPT_RESPONDER_PIN_FD] = {
		.name = "responder-pin-fd",
		.metavar = "N",
		.help = "read the PIN of the responder's token from here",
		.commands = CREATE_RESPONDER,
	},
	[CLI_OPT_NEW_PIN_FD] = {
		.name = "new-pin-fd",
		.metavar = "N",
		.help = "read the new PIN from this file descriptor",
		.commands = CHANGE_PIN,
	},
	[CLI_OPT_PIN] = {
		.name = "pin",
		.metavar = "PIN",
		.env = "COLDCA_PIN",
		.refused = "every process can read arguments and environments, "
			   "and shells keep them",
		.commands = USES_TOKEN,
	},
	[CLI_OPT_FORMAT] = {
		.name = "format",
		.metavar = "pem|der|text|json|vault-json|cloud-api|terraform|"
			   "fingerprint",
		.fallback = "pem",
		.help = "the form of the certificates",
		.commands = EXPORT_CA,
	},
	[CLI_OPT_OUTPUT] = {
		.name = "output",
		.metavar = "FILE",
		.fallback = "standard output",
		.help = "where to write it",
		.commands = EXPORT_CA | REPORT | MINUTES,
	},
	[CLI_OPT_CLUSTER_ID] = {
		.name = "cluster-id",
		.metavar = "UUID",
		.help = "the cluster in CockroachDB Cloud that gets them",
		.commands = EXPORT_CA,
	},
	[CLI_OPT_UPDATE] = {
		.name = "update",
		.help = "for a cluster that has a client CA: PATCH, not POST",
		.commands = EXPORT_CA,
	},
	[CLI_OPT_ISSUER] = {
		.name = "issuer",
		.metavar = "FILE",
		.fallback = "in the same file",
		.help = "the CA certificates to hold them against",
		.commands = LINT,
	},
	[CLI_OPT_OWN] = {
		.name = "own",
		.help = "also the rules of what coldca itself signs",
		.commands = LINT,
	},
	[CLI_OPT_RULES] = {
		.name = "rules",
		.help = "list the rules instead",
		.commands = LINT,
	},
	[CLI_OPT_PROFILE] = {
		.name = "profile",
		.metavar = "ca|node|client|ui|tenant-client|ocsp",
		.help = "only this kind of certificate",
		.commands = INSPECT | LEDGER_LIST,
	},
	[CLI_OPT_STATE] = {
		.name = "state",
		.metavar = "pending|issued|burned|revoked",
		.help = "only certificates in this state",
		.commands = LEDGER_LIST,
	},
	[CLI_OPT_NAME] = {
		.name = "name",
		.metavar = "BUNDLE",
		.help = "only this bundle: node-node1.example.com",
		.commands = LEDGER_LIST,
	},
	[CLI_OPT_EXPECT_HEAD] = {
		.name = "expect-head",
		.metavar = "WORDS",
		.help = "the head that was noted last: it must be in the ledger",
		.commands = USES_LEDGER,
	},
	[CLI_OPT_HEAD_FILE] = {
		.name = "head-file",
		.metavar = "FILE",
		.help = "the same from FILE, which gets the new one",
		.commands = USES_LEDGER,
	},
	[CLI_OPT_CONFIRM_DATE] = {
		.name = "confirm-date",
		.metavar = "DATE",
		.help = "today's date, where the last session is over 30 days ago",
		.commands = WRITES_LEDGER,
	},
	[CLI_OPT_WAIT] = {
		.name = "wait",
		.metavar = "DURATION",
		.help = "wait so long while another process writes the ledger",
		.commands = WRITES_LEDGER,
	},
	[CLI_OPT_SERIAL] = {
		.name = "serial",
		.metavar = "SERIAL",
		.help = "only this one: 470a..., or 47:0A:...",
		.commands = LEDGER_LIST,
	},
	[CLI_OPT_SINCE] = {
		.name = "since",
		.metavar = "TIME",
		.help = "then or later: 2026-11-23, 2026-11-23T16:01:07Z",
		.commands = LEDGER_LIST | MINUTES,
	},
	[CLI_OPT_UNTIL] = {
		.name = "until",
		.metavar = "TIME",
		.help = "issued then or earlier; a day is all of it",
		.commands = LEDGER_LIST,
	},
	[CLI_OPT_VERIFY] = {
		.name = "verify",
		.help = "also verify the ledger, and say so on the page",
		.commands = REPORT,
	},
	[CLI_OPT_MINUTES_FORMAT] = {
		.name = "format",
		.metavar = "markdown|html",
		.fallback = "markdown",
		.help = "the form of the record",
		.commands = MINUTES,
	},
	[CLI_OPT_OPERATOR] = {
		.name = "operator",
		.metavar = "NAME",
		.help = "who did it; repeat for more",
		.commands = MINUTES,
		.repeats = true,
	},
	[CLI_OPT_WITNESS] = {
		.name = "witness",
		.metavar = "NAME",
		.help = "who saw it; repeat for more",
		.commands = MINUTES,
		.repeats = true,
	},
	[CLI_OPT_PEM] = {
		.name = "pem",
		.help = "the certificate itself, too",
		.commands = LEDGER_SHOW,
	},
	[CLI_OPT_CERTIFICATE] = {
		.name = "certificate",
		.metavar = "SERIAL",
		.help = "the bundle of this one",
		.commands = LEDGER_EXPORT,
	},
	[CLI_OPT_LEDGER_FORMAT] = {
		.name = "format",
		.metavar = "openssl-index",
		.help = "all that was issued, as openssl ca keeps it",
		.commands = LEDGER_EXPORT,
	},
	[CLI_OPT_SANDBOX] = {
		.name = "sandbox",
		.help = "show what commands that sign may do, and write, instead",
		.commands = DOCTOR,
	},
	[CLI_OPT_NO_SANDBOX] = {
		.name = "no-sandbox",
		.help = "run without it; the ledger gets a note",
		.commands = CLI_EVERY_COMMAND,
	},
	[CLI_OPT_JSON] = {
		.name = "json",
		.help = "write JSON to standard output",
		.commands = CLI_EVERY_COMMAND &
		    ~(INIT | HELP | TOKEN_INIT | CHANGE_PIN | LEDGER_EXPORT | MINUTES),
	},
	[CLI_OPT_YES] = {
		.name = "yes",
		.help = "sign or revoke without asking",
		.commands = ISSUES | REVOKE | APPROVE,
	},
	[CLI_OPT_QUIET] = {
		.name = "quiet",
		.help = "no notes, only warnings and errors",
		.commands = INIT | CREATE | ISSUES | APPROVE | REQUEST | INSTALL | LEDGER_EXPORT | LEDGER_VERIFY | LEDGER_HEAD | REPORT | MINUTES | TOKEN_INIT | CHANGE_PIN | CREATE_RESPONDER | REVOKE | PUBLISHES,
	},
	[CLI_OPT_LOGTOSTDERR] = {
		.name = "logtostderr",
		.metavar = "SEVERITY",
		.help = "for cockroach's scripts: messages always go there",
		.commands = CREATE | LIST,
		.optional = true,
		.check = cli_check_severity,
	},
	[CLI_OPT_HELP] = {
		.name = "help",
		.help = "show this help",
		.commands = CLI_EVERY_COMMAND,
	},
	[CLI_OPT_DUMP_COMMANDS] = {
		.name = "dump-commands",
		.commands = CLI_EVERY_COMMAND,
	},
};

const struct cli_option *
cli_option_get(enum cli_opt opt)
{
	return &options[opt];
}
