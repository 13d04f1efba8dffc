/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

/* The order within a group is that in which an operator meets them. */
const struct cli_command cli_commands[] = {
	{
	    .id = CLI_CMD_INIT,
	    .name = "init",
	    .synopsis = "",
	    .help = "make the CA directory: policy.yaml and ledger.db",
	    .notes =
		"With --module, the module's real path and SHA-256 are pinned in policy.yaml:\n"
		"no other is loaded afterwards.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .run = cli_init,
	},
#if COLDCA_TOKEN
	{
	    .id = CLI_CMD_CREATE_CA,
	    .name = "create-ca",
	    .synopsis = "",
	    .help = "generate the CA key in the token, write ca.crt",
	    .notes =
		"The key gets the label that --ca-key names as object, and never leaves the\n"
		"token: the token is made to prove that. Its certificate goes to the ledger, the\n"
		"token and CERTS-DIR/ca.crt.\n"
		"\n"
		"With --standby, a CA that is there gets a second key on a second token. It is in\n"
		"ca.crt from then on, and signs when the first token is lost: sign --ca-key=URI.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_ca,
	},
	{
	    .id = CLI_CMD_CREATE_CLIENT_CA,
	    .name = "create-client-ca",
	    .synopsis = "",
	    .help = "the same for ca-client.crt, which signs the clients",
	    .notes =
		"Where there is one, it signs client certificates in place of the cluster CA, and\n"
		"nodes want a client.node.crt of it. Nodes that have ca-client.crt and nodes that\n"
		"do not refuse one another.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_client_ca,
	},
	{
	    .id = CLI_CMD_CREATE_UI_CA,
	    .name = "create-ui-ca",
	    .synopsis = "",
	    .help = "the same for ca-ui.crt, which signs the DB Console's",
	    .notes =
		"Where there is one, it signs ui.crt in place of the cluster CA.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_ui_ca,
	},
	{
	    .id = CLI_CMD_CREATE_TENANT_CLIENT_CA,
	    .name = "create-tenant-client-ca",
	    .synopsis = "",
	    .help = "the same for ca-client-tenant.crt: tenant servers",
	    .notes =
		"Where there is one, it signs client-tenant.NUMBER.crt in place of the client CA,\n"
		"or the cluster CA.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_tenant_client_ca,
	},
	{
	    .id = CLI_CMD_CREATE_NODE,
	    .name = "create-node",
	    .synopsis = "HOST...",
	    .help = "make a node's key and certificate, here",
	    .notes =
		"As `cockroach cert create-node`: the key is made on this machine, and node.crt and\n"
		"node.key are carried to the node together. A key that never travels is better:\n"
		"`request` on the node, `sign` here.\n"
		"\n"
		"Nothing is asked; what is signed is shown. CA files that are missing in CERTS-DIR\n"
		"are written as well. Without --ca-key, the key is the one that the ledger names.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .min_words = 1,
	    .max_words = CLI_MANY,
	    .run = cli_create_node,
	},
	{
	    .id = CLI_CMD_CREATE_CLIENT,
	    .name = "create-client",
	    .synopsis = "USER",
	    .help = "the same for a SQL user",
	    .notes =
		"Writes client.USER.crt and client.USER.key. The client CA signs where there is\n"
		"one, and the cluster CA otherwise. USER is normalised as CockroachDB does it.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_create_client,
	},
	{
	    .id = CLI_CMD_CREATE_UI,
	    .name = "create-ui",
	    .synopsis = "HOST...",
	    .help = "the same for the DB Console",
	    .notes =
		"Writes ui.crt and ui.key, signed by the UI CA where there is one.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .min_words = 1,
	    .max_words = CLI_MANY,
	    .run = cli_create_ui,
	},
	{
	    .id = CLI_CMD_CREATE_TENANT_CLIENT,
	    .name = "create-tenant-client",
	    .synopsis = "NUMBER HOST...",
	    .help = "the same for the server of one tenant",
	    .notes =
		"Writes client-tenant.NUMBER.crt and client-tenant.NUMBER.key.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .min_words = 2,
	    .max_words = CLI_MANY,
	    .run = cli_create_tenant_client,
	},
	{
	    .id = CLI_CMD_CREATE_TENANT_SIGNING,
	    .name = "create-tenant-signing",
	    .synopsis = "NUMBER",
	    .help = "a pair that signs a tenant's session tokens",
	    .notes =
		"Writes tenant-signing.NUMBER.crt and tenant-signing.NUMBER.key. The key is an\n"
		"Ed25519 key that signs its own certificate; no CA has a part in it, and --ca-key\n"
		"and --key-size are only taken so that scripts need no change. The policy's tenants\n"
		"and lifetimes are those of tenant-client, and the ledger gets a note.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_create_tenant_signing,
	},
	{
	    .id = CLI_CMD_SIGN,
	    .name = "sign",
	    .synopsis =
		"PROFILE CSR... | --orders=FILE CSR... | --intake=DIR | --resume",
	    .help = "vet requests, show and sign them, write bundles",
	    .notes =
		"PROFILE is node, client, ui or tenant-client. Names come from --host, --user or\n"
		"--tenant for one request, or from the requests themselves with\n"
		"--names-from-request. The CA is the profile's own, where there is one, and the\n"
		"cluster's otherwise. Without --ca-key, the key is the one that the ledger names.\n"
		"\n"
		"Before the first signature the key and its token are held against what was\n"
		"recorded when the CA was made.\n"
		"\n"
		"What will be signed is shown first and wants a typed `yes`. Bad requests are\n"
		"refused with their reasons, the others are signed; the exit status is that of\n"
		"the first refusal.\n"
		"\n"
		"With --orders, each request is held against what FILE orders for it. What is\n"
		"ordered and missing, there and not ordered, or different is refused by name.\n"
		"\n"
		"Where policy wants approvals, --prepare writes drafts and signs nothing; others\n"
		"look at them and approve; the same command with --approved signs these drafts.\n"
		"With --intake, DIR is a folder that `intake` made: its requests get what their\n"
		"hosts asked for in their manifests, as far as the policy permits.\n"
		"\n"
		"With --resume, what an interrupted run left open is shown and settled: what\n"
		"still stands is signed exactly as it was recorded, the rest is burned, and the\n"
		"exit status is 4 then. Bundles of the last session that are not in the output\n"
		"directory are written again. Without --resume, what is open is burned.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .max_words = CLI_MANY,
	    .run = cli_sign,
	},
	{
	    .id = CLI_CMD_RENEW,
	    .name = "renew",
	    .synopsis = "[NAME...]",
	    .help = "sign anew what hosts and users have already",
	    .notes =
		"NAME is a bundle's, as ledger list shows it; --host and --user name one without\n"
		"its prefix, and --expiring all that end soon. Each gets the names it had and the\n"
		"key of the request in the ledger, or of a new one with --request. Policy may want\n"
		"a new key: new-key-on-renewal.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .max_words = CLI_MANY,
	    .run = cli_renew,
	},
	{
	    .id = CLI_CMD_ROTATE_CA,
	    .name = "rotate-ca",
	    .synopsis =
		"[begin | emit | delivered NAME... | gone NAME... | next]",
	    .help = "replace a CA, step by step, with nobody locked out",
	    .notes =
		"Without a word: how far the plan is, and who still has to get what. begin makes\n"
		"the new CA, or takes the one that stands by (--to), and writes for every host the\n"
		"CA file with both; next goes on once each has it: certificates by the new CA, and\n"
		"at last the CA file without the old one. emit writes a step's folders again.\n"
		"\n"
		"Certificates are for the keys that hosts have, unless --request gives another;\n"
		"without a word it is said whose key will not do. A host that comes meanwhile is in\n"
		"the list, and gets the CA file of the step with its certificate.\n"
		"\n"
		"--at-once is for a CA that was given up (compromise) where everything is stopped\n"
		"for it: one step, which sends certificates and the new CA alone. Of such a CA,\n"
		"gone takes a host off the list; of others revoke does.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .max_words = CLI_MANY,
	    .run = cli_rotate_ca,
	},
	{
	    .id = CLI_CMD_SPLIT_CA,
	    .name = "split-ca",
	    .synopsis =
		"[begin | emit | delivered NAME... | gone NAME... | next]",
	    .help = "give clients a CA of their own, step by step",
	    .notes =
		"A cluster that has one CA gets ca-client.crt while its nodes run: ca.crt is\n"
		"widened on nodes, then each gets ca-client.crt with both CAs and client.node.crt,\n"
		"then clients their certificates by the client CA, and at last both files shrink.\n"
		"The words are those of rotate-ca. client.node.crt is for the key of node.crt, or\n"
		"of a request for `client node` with --request=HOST=FILE. Nodes that come in the\n"
		"last two steps are refused until the plan is finished.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .max_words = CLI_MANY,
	    .run = cli_split_ca,
	},
#endif
	{
	    .id = CLI_CMD_REVOKE,
	    .name = "revoke",
	    .synopsis = "[SERIAL...]",
	    .help = "revoke certificates; needs no token",
	    .notes =
		"Which ones: by serial number, or with --host, --user or --tenant all of that\n"
		"bundle that have not expired; a host's are those of node and ui. They are shown\n"
		"first and want a typed `yes`. A revocation is final; others learn of it from the\n"
		"next CRL and OCSP responses. A burned serial can be revoked as well: the token\n"
		"may have signed it.\n"
		"\n"
		"REASON is one of RFC 5280's words: unspecified, keyCompromise, cACompromise,\n"
		"affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER,
	    .max_words = CLI_MANY,
	    .run = cli_revoke,
	},
#if COLDCA_TOKEN
	{
	    .id = CLI_CMD_CREATE_CRL,
	    .name = "create-crl",
	    .synopsis = "",
	    .help = "sign the list of what is revoked, write ca.crl",
	    .notes =
		"DIR/ca.crl (ca-client.crl, ...) is PEM: the new CRL, and after it the\n"
		"last ones of this CA's other keys, as PostgreSQL's ssl_crl_file wants it.\n"
		"DIR/ca.crl.der is the new one alone.\n"
		"Its number is one more than the last one's, its nextUpdate never after the CA\n"
		"certificate's end. With --ca-key, the CA of that key signs.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_crl,
	},
	{
	    .id = CLI_CMD_CREATE_OCSP,
	    .name = "create-ocsp",
	    .synopsis = "",
	    .help = "sign an OCSP response for each live certificate",
	    .notes =
		"DIR/ocsp/SERIAL is one response in DER, for a static web server to give to\n"
		"whoever asks about that certificate: docs/revocation.md has its configuration.\n"
		"What has expired gets none. With --ca-key, the CA of that key signs; with\n"
		"--responder, a key that create-ocsp-responder made.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_ocsp,
	},
	{
	    .id = CLI_CMD_CREATE_RESPONDER,
	    .name = "create-ocsp-responder",
	    .synopsis = "",
	    .help = "a key that signs OCSP responses for the CA",
	    .notes =
		"The key that --responder names is made on its token and probed, as create-ca\n"
		"does; then the CA certifies it, for OCSP alone. From then on\n"
		"`create-ocsp --responder=URI` needs only that token.\n"
		"\n"
		"It logs in twice: to the responder's token, whose PIN is --responder-pin-fd's, and\n"
		"to the CA's, whose PIN is --pin-fd's. One descriptor for both gives the PINs in\n"
		"this order, a line each.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_ocsp_responder,
	},
	{
	    .id = CLI_CMD_CREATE_RESPONSE,
	    .name = "create-response",
	    .synopsis = "",
	    .help = "sign a response manifest of bundles that have none",
	    .notes =
		"For what the step of a plan, ledger export, or a session that was interrupted\n"
		"wrote into DIR. All that is there is held against the ledger, as dispatch does;\n"
		"then the CA's key signs what each bundle has in it, with the head of the ledger.\n"
		"With --ca-key, the CA of that key signs: one that the hosts trust already.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .run = cli_create_response,
	},
	{
	    .id = CLI_CMD_COMPROMISE,
	    .name = "compromise",
	    .synopsis = "[SERIAL]",
	    .help = "give up a CA: revoke all, last CRL, what to do next",
	    .notes =
		"SERIAL is that of the CA certificate, also of one that stands by or was replaced;\n"
		"without it, the current one is meant. All\n"
		"that its key signed and that has not expired is revoked in one step, the key is\n"
		"never used for a certificate again, its last CRL is written as create-crl does,\n"
		"valid until the end of the CA certificate, and the way to another CA is printed.\n"
		"\n"
		"What will be done is shown first, and wants the name of the CA: typed, or as\n"
		"--confirm. REASON as for revoke; keyCompromise is recorded as cACompromise.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER |
		CLI_NEEDS_TOKEN,
	    .max_words = 1,
	    .run = cli_compromise,
	},
#endif
	{
	    .id = CLI_CMD_INTAKE,
	    .name = "intake",
	    .synopsis = "STICK",
	    .help = "take in the requests that came on a stick",
	    .notes =
		"STICK is the directory in which the stick is, or one on it. Everything there is\n"
		"read, without following links, and held against the manifests that\n"
		"`request --manifest` made on the hosts. What is edited, missing, late, of another\n"
		"CA, or was taken in before is refused by name, the others go to a new folder under\n"
		"--into with names of its own, and into the ledger, so that they are taken in once.\n"
		"Sign them with sign --intake=FOLDER. The exit status is that of the first refusal.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER | CLI_NEEDS_WRITER,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_intake,
	},
	{
	    .id = CLI_CMD_DISPATCH,
	    .name = "dispatch",
	    .synopsis = "STICK",
	    .help = "write bundles and response manifests to a stick",
	    .notes =
		"STICK is the directory in which the stick is, or one on it. Everything in --from\n"
		"passes the exit gate, is held against the ledger and the response manifests that\n"
		"sign wrote, and is then written, flushed, and read back from the stick. What is\n"
		"there already is left as it is; after a stick was pulled, run it again.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_dispatch,
	},
	{
	    .id = CLI_CMD_INSPECT,
	    .name = "inspect",
	    .synopsis = "CSR...",
	    .help = "what would be signed, and why not; needs no token",
	    .notes =
		"Without a CA directory, or with --permissive, only form, proof of possession\n"
		"and key are looked at, whatever the names and other wishes are.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .min_words = 1,
	    .max_words = CLI_MANY,
	    .run = cli_inspect,
	},
	{
	    .id = CLI_CMD_EXPORT_CA,
	    .name = "export-ca",
	    .synopsis = "",
	    .help = "the CA certificates from the ledger, newest first",
	    .notes =
		"DER holds one certificate: the newest. `cloud-api` is the body of a request to\n"
		"CockroachDB Cloud; its method and path are in FILE.request. `cloud-api` and\n"
		"`terraform` are of the client CA where there is one. `fingerprint` has words to\n"
		"be read aloud.\n"
		"\n"
		"What was written is read again: nothing but certificates leaves.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_export_ca,
	},
	{
	    .id = CLI_CMD_EXIT_GATE,
	    .name = "exit-gate",
	    .synopsis = "DIR...",
	    .help = "whether all that is in a directory may leave",
	    .notes =
		"Certificates, CRLs, OCSP responses and exports may, each read to its last byte.\n"
		"The first other file, a private key above all, a link or a second hard link ends\n"
		"it with status 4.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .min_words = 1,
	    .max_words = CLI_MANY,
	    .run = cli_exit_gate,
	},
	{
	    .id = CLI_CMD_POLICY_CHECK,
	    .name = "policy check",
	    .synopsis = "[FILE]",
	    .help = "what the policy permits, and how it has changed",
	    .notes =
		"Without FILE, the policy of the CA directory. It is compared with the one that\n"
		"was last signed under, whose text the ledger holds. A policy that is malformed\n"
		"ends it with status 3, and the line and column.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .max_words = 1,
	    .run = cli_policy_check,
	},
	{
	    .id = CLI_CMD_POLICY_SHOW,
	    .name = "policy show",
	    .synopsis = "[SHA-256]",
	    .help = "the text of a policy that was signed under",
	    .notes =
		"Without SHA-256, the last one. Whatever was signed is under the policy whose\n"
		"entry in the ledger is the last before its own.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .max_words = 1,
	    .run = cli_policy_show,
	},
	{
	    .id = CLI_CMD_LEDGER_LIST,
	    .name = "ledger list",
	    .synopsis = "",
	    .help = "the certificates in the ledger, oldest first",
	    .notes =
		"--expiring is of what is issued and not revoked, what ends first at the top;\n"
		"--since and --until are of the time of issue: 2026-11-23, a day of UTC, or\n"
		"2026-11-23T16:01:07Z. --host finds every name and address of a certificate.\n"
		"--state=revoked is of all that a CRL may name, and so of what was burned and then\n"
		"revoked, too; that comes last.\n"
		"All filters hold together. Rows are written as they are found; the columns of a\n"
		"long table are aligned by the thousand.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_ledger_list,
	},
	{
	    .id = CLI_CMD_LEDGER_SHOW,
	    .name = "ledger show",
	    .synopsis = "SERIAL|NAME",
	    .help = "all that the ledger knows of one certificate",
	    .notes =
		"NAME is a bundle's, and stands for its last certificate. Entries are those of the\n"
		"chain that speak of it, with their hashes; policy is the SHA-256 of the one that\n"
		"was in force: policy show.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_ledger_show,
	},
	{
	    .id = CLI_CMD_LEDGER_EXPORT,
	    .name = "ledger export",
	    .synopsis = "",
	    .help = "a bundle again, or an index.txt for openssl",
	    .notes =
		"--certificate writes the bundle that sign wrote, with the CA certificates of\n"
		"today. --format=openssl-index is the database of openssl ca -status and ocsp\n"
		"-index: what was issued by any CA of this directory, or by that of --ca.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_ledger_export,
	},
	{
	    .id = CLI_CMD_LEDGER_VERIFY,
	    .name = "ledger verify",
	    .synopsis = "",
	    .help = "recompute the chain of hashes over all its entries",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_ledger_verify,
	},
	{
	    .id = CLI_CMD_LEDGER_HEAD,
	    .name = "ledger head",
	    .synopsis = "",
	    .help = "the last entry, in words to be noted",
	    .notes =
		"Its hash is over all entries before. Whoever notes it, on paper or with\n"
		"--head-file on another disk, and gives it to the next session with --expect-head\n"
		"or --head-file, knows that the ledger was neither changed nor put back to what it\n"
		"was earlier. At the end of a session with the CA's key, the key signs the head.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_ledger_head,
	},
	{
	    .id = CLI_CMD_REPORT,
	    .name = "report",
	    .synopsis = "",
	    .help = "the state of the CA as one page for a browser",
	    .notes =
		"By when somebody has to come back and what for, the CAs and the passports of\n"
		"their keys, certificates and when they end, revocations, the ledger's head and\n"
		"the policy. The page is one file of HTML without scripts: it fetches nothing,\n"
		"holds no secret, and can be printed. It needs no token, and a copy of the CA\n"
		"directory will do. Where --verify finds a fault, the page says so, and the\n"
		"status is 7.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_report,
	},
	{
	    .id = CLI_CMD_MINUTES,
	    .name = "minutes",
	    .synopsis = "",
	    .help = "the record of a session, to be signed on paper",
	    .notes =
		"Who, on which machine, with which program, module, policy and token; each\n"
		"decision that the ledger holds, the head before and after in words, and lines to\n"
		"sign. Without --since it is the last session: from the newest entry back to the\n"
		"first pause of more than 8 hours. --since takes the number of an entry, too.\n"
		"Who is not named by --operator and --witness gets an empty line.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .run = cli_minutes,
	},
#if COLDCA_TOKEN
	{
	    .id = CLI_CMD_LEDGER_BACKUP,
	    .name = "ledger backup",
	    .synopsis = "DIR",
	    .help = "copy policy and ledger to another disk, verified",
	    .notes =
		"Makes DIR/ca-ENTRY, named by the ledger's last entry: a CA directory, complete or\n"
		"not there at all. The copy of the ledger is verified as `ledger verify` does it,\n"
		"and is on the disk on return. doctor tells when it is time for the next one.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_CA | CLI_NEEDS_LEDGER,
	    .min_words = 1,
	    .max_words = 1,
	    .run = cli_ledger_backup,
	},
	{
	    .id = CLI_CMD_TOKEN_LIST,
	    .name = "token list",
	    .synopsis = "",
	    .help = "the tokens that are there, and their CA keys",
	    .notes =
		"Shows every slot, also the empty ones, and the CA certificates on each token\n"
		"with the keys that belong to them; the ledger, where there is one, says which\n"
		"are this CA's. Nobody logs in but with --login, to the one token of --token.\n"
		"\n"
		"Without --module: those of the pinned module, or of every module registered\n"
		"with p11-kit where none is pinned, one module at a time.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_TOKEN,
	    .run = cli_token_list,
	},
	{
	    .id = CLI_CMD_TOKEN_CHECK,
	    .name = "token check",
	    .synopsis = "",
	    .help = "try to get the CA key out of its token",
	    .notes =
		"Reads its secret parts, wraps it, weakens and copies it, and signs after\n"
		"logout; what could harm the key is tried on a throw-away key first. Nothing is\n"
		"left on the token. Status 5: there is a way out. Without --ca-key, the key is\n"
		"the one that the ledger names.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_TOKEN,
	    .run = cli_token_check,
	},
	{
	    .id = CLI_CMD_TOKEN_INIT,
	    .name = "token init",
	    .synopsis = "",
	    .help = "make a blank token ready: label, SO PIN, user PIN",
	    .notes =
		"Without --token: the first token that is blank. A token in use is refused but\n"
		"with --erase and its label; all keys on it are lost.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_TOKEN,
	    .run = cli_token_init,
	},
	{
	    .id = CLI_CMD_TOKEN_CHANGE_PIN,
	    .name = "token change-pin",
	    .synopsis = "",
	    .help = "change the user PIN of a token",
	    .notes = "Without --token and --ca-key: the token of the key that "
		     "the ledger names.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .needs = CLI_NEEDS_TOKEN,
	    .run = cli_token_change_pin,
	},
#endif
	{
	    .id = CLI_CMD_DOCTOR,
	    .name = "doctor",
	    .synopsis = "",
	    .help = "whether this machine is fit to be an offline CA",
	    .notes =
		"Looks at network, radios, swap, clock, disk, module, and the CA directory where\n"
		"there is one, and says of what is bad why it matters and how to mend it. Status\n"
		"4: a critical check failed. With require_air_gap in policy.yaml no command signs\n"
		"then.\n"
		"\n"
		"--sandbox prints the system calls and paths that commands which sign are left\n"
		"with, by this policy. docs/jumpbox.md explains both.\n",
	    .group = CLI_GROUP_JUMPBOX,
	    .run = cli_doctor,
	},
	{
	    .id = CLI_CMD_REQUEST,
	    .name = "request",
	    .synopsis =
		"node HOST... | client USER | ui HOST... | tenant-client ID HOST...",
	    .help = "make a key, which stays here, and a request",
	    .notes =
		"Writes the key, in PKCS#8, and the request: node.key and node.csr, and likewise\n"
		"client.USER, ui, client-tenant.ID. A key is never overwritten: to renew a\n"
		"certificate, ask again for the same key with --reuse-key, or for a new one with\n"
		"--new-key, which leaves the pair in use alone until `install` puts key and\n"
		"certificate in place together.\n"
		"\n"
		"Keys have mode 0600. As root, in a directory that belongs to somebody else, the\n"
		"files are given to its owner.\n",
	    .group = CLI_GROUP_HOST,
	    .min_words = 2,
	    .max_words = CLI_MANY,
	    .run = cli_request,
	},
	{
	    .id = CLI_CMD_INSTALL,
	    .name = "install",
	    .synopsis = "BUNDLE...",
	    .help = "check a bundle against its key, put it in place",
	    .notes =
		"Bundles hold certificates only; several of one host are installed as one. Keys,\n"
		"chains, dates and names are checked first. Then the whole directory is exchanged\n"
		"in one step, so that it holds the old set or the new one at any time, and what to\n"
		"do next is said. The set before stays beside it as .NAME.previous, and --rollback\n"
		"goes back to it.\n"
		"\n"
		"--check is for monitors. Status 0: all is fine; 4: something expires within the\n"
		"--days, has expired, or does not fit its key or its CA, or there is nothing; 3: a\n"
		"certificate or key can not be read; 8: the directory can not.\n"
		"\n"
		"--overwrite installs although a CA in use is dropped or a certificate that stays\n"
		"is no longer trusted, and rolls back to what is not fit.\n",
	    .group = CLI_GROUP_HOST,
	    .max_words = CLI_MANY,
	    .run = cli_install,
	},
	{
	    .id = CLI_CMD_LIST,
	    .name = "list",
	    .synopsis = "",
	    .help = "the certificates in the certificate directory",
	    .notes =
		"Errors are in the words of CockroachDB's loader; warnings are what it does not\n"
		"look at: dates, keys of other certificates, certificates of other CAs, and those\n"
		"that a cockroach with the same --cert-principal-map and distinguished names does\n"
		"not take for the user or node of their file's name. With --check the status is 3\n"
		"for an error, 4 for such a warning, 8 where the directory can not be read.\n",
	    .group = CLI_GROUP_HOST,
	    .run = cli_list,
	},
	{
	    .id = CLI_CMD_APPROVE,
	    .name = "approve",
	    .synopsis = "DRAFT...",
	    .help = "show drafts, and sign that they may be signed",
	    .notes =
		"DRAFT is what sign --prepare wrote. Each is shown as sign shows it, and what is\n"
		"approved are its very octets. Needs neither the CA directory nor its token, and\n"
		"may be run on another machine. The approval is written beside the first draft,\n"
		"and goes back to the jumpbox: sign --approved.\n",
	    .group = CLI_GROUP_ANYWHERE,
	    .min_words = 1,
	    .max_words = CLI_MANY,
	    .run = cli_approve,
	},
	{
	    .id = CLI_CMD_LINT,
	    .name = "lint",
	    .synopsis = "CERT...",
	    .help = "hold certificates against RFCs, Go and CockroachDB",
	    .notes =
		"CERT is PEM, with any number of certificates, or DER. Every draft and finished\n"
		"certificate of coldca's own goes through the same rules, and those of --own,\n"
		"before anything leaves. Status 4: something was found. --rules lists them with\n"
		"their sources.\n",
	    .group = CLI_GROUP_ANYWHERE,
	    .max_words = CLI_MANY,
	    .run = cli_lint,
	},
	{
	    .id = CLI_CMD_VERSION,
	    .name = "version",
	    .synopsis = "",
	    .help = "the version of coldca and of what it is built with",
	    .group = CLI_GROUP_ANYWHERE,
	    .run = cli_version,
	},
	{
	    .id = CLI_CMD_HELP,
	    .name = "help",
	    .synopsis = "[COMMAND]",
	    .help = "this help, or that of one command",
	    .group = CLI_GROUP_ANYWHERE,
	    .max_words = 2,
	    .run = cli_help,
	},
	{ .name = NULL },
};

const struct cli_status cli_statuses[] = {
	{ CA_OK, "done" },
	{ CA_ERR_INTERNAL, "out of memory, or a bug" },
	{ CA_ERR_USAGE, "the command line is wrong" },
	{ CA_ERR_INPUT, "something read is malformed" },
	{ CA_ERR_POLICY, "refused by policy" },
	{ CA_ERR_TOKEN, "the token is absent, unfit or failed" },
	{ CA_ERR_PIN, "the PIN is missing, wrong or locked" },
	{ CA_ERR_LEDGER, "the ledger is locked, damaged or too new" },
	{ CA_ERR_FILE, "a file can not be read or written" },
	{ CA_OK, NULL },
};
