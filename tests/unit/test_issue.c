/* SPDX-License-Identifier: Apache-2.0 */
#include "coldca/issue.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/ledger_internal.h"
#include "support/soft_ca.h"
#include "support/soft_ledger.h"
#include "support/soft_signer.h"
#include "support/tmpdir.h"
#include "unit/test.h"

#define DRAFTS 3
#define THREADS 4
#define WAIT_SECONDS 20 /* for threads that ought to come */

/* A ledger in a fresh directory, a CA, and three drafts under it. */
struct fixture {
	void *dir;
	struct ca_ledger *ledger;
	struct ca_signer *signer;
	struct ca_certificate *ca;
	EVP_PKEY *key;
	struct ca_grant grant;
	struct ca_draft *drafts[DRAFTS];
	struct ca_certificate *made[DRAFTS];
};

/* Waits in sign() until as many threads as are wanted are in it. */
struct meeting {
	pthread_mutex_t lock;
	pthread_cond_t all_there;
	unsigned wanted;
	unsigned present;
	unsigned failing; /* the signature with this number fails; 0: none */
	unsigned calls;
	bool late; /* the others did not come */
	enum ca_code (*sign)(struct ca_signer *signer, const uint8_t *tbs,
	    size_t len, struct ca_bytes *ret_signature, struct ca_error *err);
};

/* Where sign() finds its meeting: the signer of soft_signer() has no room. */
static struct meeting *met;

static const char *const names[DRAFTS] = { "client-a", "client-a", "client-a" };

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *path;
	struct ca_error err;

	assert_int_equal(tmpdir_setup(&f->dir), 0);
	path = tmpdir_path(f->dir, CA_LEDGER_FILE);
	assert_ok(ca_ledger_create(path, SOFT_NOW, "test", &err), &err);
	assert_ok(ca_ledger_open(path, true, &f->ledger, &err), &err);
	f->signer = soft_signer(NULL);
	f->ca = soft_ca(f->signer, SOFT_NOW);
	f->key = soft_key(CA_KEY_P256);
	f->grant = soft_grant(CA_PROFILE_CLIENT, "a", f->key, 0);
	for (int i = 0; i < DRAFTS; i++)
		f->drafts[i] =
		    soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < DRAFTS; i++) {
		ca_draft_free(f->drafts[i]);
		ca_certificate_free(f->made[i]);
	}
	ca_grant_clear(&f->grant);
	EVP_PKEY_free(f->key);
	ca_certificate_free(f->ca);
	ca_signer_free(f->signer);
	ca_ledger_close(f->ledger);
	assert_int_equal(tmpdir_teardown(&f->dir), 0);
	free(f);
	return 0;
}

static enum ca_code
issue(struct fixture *f, size_t count, struct ca_error *err)
{
	const struct ca_issuer issuer = { .ledger = f->ledger,
		.signer = f->signer,
		.certificate = f->ca };

	return ca_issue(&issuer, (const struct ca_draft *const *)f->drafts,
	    names, count, SOFT_NOW, f->made, err);
}

static bool
count_state(const struct ca_ledger_row *row, void *arg)
{
	((size_t *)arg)[row->state]++;
	return true;
}

static void
check_states(struct fixture *f, size_t pending, size_t issued, size_t burned)
{
	const struct ca_ledger_filter all = { 0 };
	size_t counts[CA_STATE_BURNED + 1] = { 0 };
	struct ca_error err;

	assert_ok(ca_ledger_list(f->ledger, &all, count_state, counts, &err),
	    &err);
	assert_int_equal(counts[CA_STATE_PENDING], pending);
	assert_int_equal(counts[CA_STATE_ISSUED], issued);
	assert_int_equal(counts[CA_STATE_BURNED], burned);
	assert_ok(soft_ledger_verify_by(f->ledger, &f->ca, 1, &err), &err);
}

static void
hands_out_no_signature_that_does_not_verify(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	soft_signer_fault(f->signer, SOFT_FAULT_FLIP, 0);
	assert_int_equal(issue(f, 1, &err), CA_ERR_TOKEN);
	assert_non_null(strstr(err.message, "does not verify"));
	assert_null(f->made[0]);
	check_states(f, 0, 0, 1);
}

/* Of every getter. */
static void
assert_same(const struct ca_certificate *a, const struct ca_certificate *b)
{
	size_t a_len, b_len;
	const uint8_t *a_tbs = ca_certificate_tbs(a, &a_len);
	const uint8_t *b_tbs = ca_certificate_tbs(b, &b_len);

	assert_true(
	    ca_bytes_equal(ca_certificate_der(a), ca_certificate_der(b)));
	assert_int_equal(a_len, b_len);
	assert_memory_equal(a_tbs, b_tbs, a_len);
	assert_string_equal(ca_certificate_serial_text(a),
	    ca_certificate_serial_text(b));
	assert_memory_equal(ca_certificate_serial(a, &a_len),
	    ca_certificate_serial(b, &b_len), CA_SERIAL_SIZE);
	assert_int_equal(a_len, b_len);
	assert_true(ca_bytes_equal(ca_certificate_subject(a),
	    ca_certificate_subject(b)));
	assert_true(
	    ca_bytes_equal(ca_certificate_issuer(a), ca_certificate_issuer(b)));
	assert_true(
	    ca_bytes_equal(ca_certificate_key_id(a), ca_certificate_key_id(b)));
	assert_string_equal(ca_certificate_subject_text(a),
	    ca_certificate_subject_text(b));
	assert_string_equal(ca_certificate_common_name(a),
	    ca_certificate_common_name(b));
	assert_int_equal(ca_certificate_not_before(a),
	    ca_certificate_not_before(b));
	assert_int_equal(ca_certificate_not_after(a),
	    ca_certificate_not_after(b));
	assert_memory_equal(ca_certificate_sha256(a), ca_certificate_sha256(b),
	    CA_SHA256_SIZE);
	assert_int_equal(ca_certificate_is_ca(a), ca_certificate_is_ca(b));
	assert_memory_equal(ca_certificate_key_info(a),
	    ca_certificate_key_info(b), sizeof(struct ca_key_info));
	assert_int_equal(EVP_PKEY_eq(ca_certificate_key(a),
			     ca_certificate_key(b)),
	    1);
	assert_int_equal(X509_cmp(ca_certificate_x509(a),
			     ca_certificate_x509(b)),
	    0);
	assert_int_equal(ca_certificate_names(a)->count,
	    ca_certificate_names(b)->count);
	for (size_t i = 0; i < ca_certificate_names(a)->count; i++)
		assert_true(ca_names_has(ca_certificate_names(b),
		    &ca_certificate_names(a)->item[i]));
}

/* It is sealed, and not read again; nobody can tell. */
static void
hands_out_what_reading_it_gives(void **state)
{
	struct fixture *f = *state;
	struct ca_grant node =
	    soft_grant(CA_PROFILE_NODE, "n1.example.com", f->key, 0);
	struct ca_error err;

	ca_draft_free(f->drafts[1]);
	f->drafts[1] = soft_draft(&node, f->ca, f->signer, SOFT_NOW);
	assert_ok(issue(f, 2, &err), &err);
	for (int i = 0; i < 2; i++) {
		const struct ca_bytes *der = ca_certificate_der(f->made[i]);
		struct ca_certificate *read = NULL;

		assert_ok(ca_certificate_parse(der->data, der->len, &read,
			      &err),
		    &err);
		assert_same(f->made[i], read);
		assert_ok(ca_certificate_check_issuer(read, f->ca, &err), &err);
		assert_ok(ca_certificate_check_issuer(f->made[i], f->ca, &err),
		    &err);
		ca_certificate_free(read);
	}
	ca_grant_clear(&node);
}

static void
keeps_what_was_signed_before_the_token_failed(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 1);
	assert_int_equal(issue(f, DRAFTS, &err), CA_ERR_TOKEN);
	assert_string_equal(err.message, "the token was removed");
	assert_non_null(f->made[0]);
	assert_null(f->made[1]);
	assert_null(f->made[2]);
	check_states(f, 0, 1, 2);
}

static void
refuses_a_signer_with_another_key(void **state)
{
	struct fixture *f = *state;
	struct ca_signer *ours = f->signer;
	struct ca_error err;

	f->signer = soft_signer(NULL);
	assert_int_equal(issue(f, 1, &err), CA_ERR_TOKEN);
	assert_null(f->made[0]);
	ca_signer_free(f->signer);
	f->signer = ours;
	check_states(f, 0, 0, 1);
}

static void
signs_nothing_that_the_ledger_did_not_take(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(issue(f, 1, &err), &err);
	ca_certificate_free(f->made[0]);
	f->made[0] = NULL;
	/* The token would fail: it must not even be asked. */
	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 0);
	assert_int_equal(issue(f, 2, &err), CA_ERR_LEDGER);
	assert_null(f->made[0]);
	check_states(f, 0, 1, 0);
}

static void
records_every_certificate_it_hands_out(void **state)
{
	struct fixture *f = *state;
	struct ca_error err;

	assert_ok(issue(f, DRAFTS, &err), &err);
	for (int i = 0; i < DRAFTS; i++) {
		assert_non_null(f->made[i]);
		assert_ok(ca_certificate_check_issuer(f->made[i], f->ca, &err),
		    &err);
	}
	check_states(f, 0, DRAFTS, 0);
}

static enum ca_code
sign_together(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	const struct timespec short_while = { .tv_nsec = 2000000 };
	struct timespec until;
	bool fail;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &until), 0);
	until.tv_sec += WAIT_SECONDS;
	(void)pthread_mutex_lock(&met->lock);
	fail = ++met->calls == met->failing;
	if (++met->present >= met->wanted)
		(void)pthread_cond_broadcast(&met->all_there);
	while (met->present < met->wanted && !met->late)
		met->late = pthread_cond_timedwait(&met->all_there, &met->lock,
				&until) != 0;
	(void)pthread_mutex_unlock(&met->lock);
	if (fail)
		return ca_fail(err, CA_ERR_TOKEN, "the token was removed");
	/* A token takes its time, in which the one that failed is heard. */
	if (met->failing != 0)
		(void)nanosleep(&short_while, NULL);
	return met->sign(signer, tbs, len, ret_signature, err);
}

/* Issues COUNT certificates with THREADS sessions; all WANTED must meet. */
static enum ca_code
issue_together(struct fixture *f, unsigned wanted, unsigned failing,
    size_t count, unsigned *ret_calls, struct ca_error *err)
{
	struct ca_draft *drafts[CA_ISSUE_GROUP];
	struct ca_certificate *made[CA_ISSUE_GROUP] = { NULL };
	const char *all[CA_ISSUE_GROUP];
	const struct ca_issuer issuer = { .ledger = f->ledger,
		.signer = f->signer,
		.certificate = f->ca };
	struct meeting meeting = { .wanted = wanted,
		.failing = failing,
		.sign = f->signer->sign };
	enum ca_code rc;

	assert_int_equal(pthread_mutex_init(&meeting.lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&meeting.all_there, NULL), 0);
	met = &meeting;
	f->signer->sign = sign_together;
	f->signer->sessions = THREADS;
	for (size_t i = 0; i < count; i++) {
		drafts[i] = soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
		all[i] = "client-a";
	}
	rc = ca_issue(&issuer, (const struct ca_draft *const *)drafts, all,
	    count, SOFT_NOW, made, err);
	assert_false(meeting.late);
	for (size_t i = 0; i < count; i++) {
		size_t len;

		if (made[i] != NULL)
			assert_memory_equal(ca_certificate_serial(made[i],
						&len),
			    ca_draft_serial(drafts[i]), CA_SERIAL_SIZE);
		else
			assert_int_not_equal(rc, CA_OK);
		ca_certificate_free(made[i]);
		ca_draft_free(drafts[i]);
	}
	f->signer->sign = meeting.sign;
	*ret_calls = meeting.calls;
	(void)pthread_cond_destroy(&meeting.all_there);
	(void)pthread_mutex_destroy(&meeting.lock);
	return rc;
}

static void
signs_in_as_many_threads_as_there_are_sessions(void **state)
{
	struct fixture *f = *state;
	unsigned calls = 0;
	struct ca_error err;

	assert_ok(issue_together(f, THREADS, 0, CA_ISSUE_GROUP, &calls, &err),
	    &err);
	check_states(f, 0, CA_ISSUE_GROUP, 0);
}

static void
needs_no_more_threads_than_drafts(void **state)
{
	struct fixture *f = *state;
	unsigned calls = 0;
	struct ca_error err;

	assert_ok(issue_together(f, 2, 0, 2, &calls, &err), &err);
	check_states(f, 0, 2, 0);
}

/* The threads that were in sign() with the one that failed end well. */
static void
asks_a_token_that_failed_nothing_more(void **state)
{
	struct fixture *f = *state;
	unsigned calls = 0;
	struct ca_error err;

	assert_int_equal(issue_together(f, THREADS, 1, CA_ISSUE_GROUP, &calls,
			     &err),
	    CA_ERR_TOKEN);
	assert_string_equal(err.message, "the token was removed");
	assert_true(calls < CA_ISSUE_GROUP);
	check_states(f, 0, calls - 1, CA_ISSUE_GROUP - calls + 1);
}

/* Sessions that all sign, of which one is let go on before the others. */
struct gate {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t sessions;
	size_t calls, present, most;
	pthread_t first; /* the thread that is let go on */
	bool open;       /* and now the others */
	bool went_on;    /* the call after theirs was the first thread's */
	bool late;
	enum ca_code (*sign)(struct ca_signer *signer, const uint8_t *tbs,
	    size_t len, struct ca_bytes *ret_signature, struct ca_error *err);
};

static struct gate *gate;

/* Waits until *FLAG, or COUNT calls were made; with the lock. */
static void
wait_at_gate(const bool *flag, size_t count)
{
	struct timespec until;

	assert_int_equal(clock_gettime(CLOCK_REALTIME, &until), 0);
	until.tv_sec += WAIT_SECONDS;
	while (!*flag && gate->calls < count && !gate->late)
		gate->late = pthread_cond_timedwait(&gate->changed, &gate->lock,
				 &until) != 0;
}

static enum ca_code
sign_at_gate(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	size_t call;

	(void)pthread_mutex_lock(&gate->lock);
	call = gate->calls++;
	if (++gate->present > gate->most)
		gate->most = gate->present;
	if (call == 0)
		gate->first = pthread_self();
	if (call == gate->sessions) {
		gate->went_on = pthread_equal(gate->first, pthread_self()) != 0;
		gate->open = true;
	}
	(void)pthread_cond_broadcast(&gate->changed);
	if (call < gate->sessions)
		wait_at_gate(&gate->open,
		    call == 0 ? gate->sessions : SIZE_MAX);
	(void)pthread_mutex_unlock(&gate->lock);
	/* Whoever else has nothing to do is there by then. */
	if (call == 0)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 50000000 },
		    NULL);
	(void)pthread_mutex_lock(&gate->lock);
	gate->present--;
	(void)pthread_mutex_unlock(&gate->lock);
	return gate->sign(signer, tbs, len, ret_signature, err);
}

/*
 * With more sessions than processors a session waits for nobody: the thread that
 * has it goes on, and another one checks.
 */
static void
keeps_a_session_at_work(void **state)
{
	struct fixture *f = *state;
	struct ca_draft *drafts[CA_ISSUE_GROUP];
	struct ca_certificate *made[CA_ISSUE_GROUP] = { NULL };
	const char *all[CA_ISSUE_GROUP];
	const struct ca_issuer issuer = { f->ledger, f->signer, f->ca };
	struct gate one = { .sign = f->signer->sign };
	struct ca_error err;

	one.sessions = (size_t)sysconf(_SC_NPROCESSORS_ONLN) + 1;
	if (one.sessions > CA_SESSIONS_MAX)
		skip();
	assert_int_equal(pthread_mutex_init(&one.lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&one.changed, NULL), 0);
	gate = &one;
	f->signer->sign = sign_at_gate;
	f->signer->sessions = (unsigned)one.sessions;
	for (size_t i = 0; i < CA_ISSUE_GROUP; i++) {
		drafts[i] = soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
		all[i] = "client-a";
	}
	assert_ok(ca_issue(&issuer, (const struct ca_draft *const *)drafts, all,
		      CA_ISSUE_GROUP, SOFT_NOW, made, &err),
	    &err);
	assert_false(one.late);
	assert_true(one.went_on);
	assert_int_equal(one.most, one.sessions);
	for (size_t i = 0; i < CA_ISSUE_GROUP; i++) {
		assert_non_null(made[i]);
		ca_certificate_free(made[i]);
		ca_draft_free(drafts[i]);
	}
	f->signer->sign = one.sign;
	(void)pthread_cond_destroy(&one.changed);
	(void)pthread_mutex_destroy(&one.lock);
	check_states(f, 0, CA_ISSUE_GROUP, 0);
}

/* A run over many drafts, and what it was told. */
struct long_run {
	struct fixture *f;
	struct ca_draft **drafts;
	size_t count, next, done;
	size_t failing_next; /* next() fails at this one; 0: none */
	size_t stop_after;   /* groups; 0: none */
	atomic_size_t groups;
	size_t largest;
	size_t begun, most; /* groups; and of those that were not done() yet */
	long done_takes;    /* nanoseconds */
	size_t certificates;
	size_t progress;
	bool in_order;
	size_t reused;      /* has the serial of the first draft; 0: none */
	bool burned_behind; /* a certificate after a draft without one */
};

static enum ca_code
next_of_run(void *arg, struct ca_issue_item *ret, struct ca_error *err)
{
	struct long_run *run = arg;

	if (run->failing_next != 0 && run->next + 1 == run->failing_next)
		return ca_fail(err, CA_ERR_FILE, "a draft that is lost");
	if (run->next == run->count)
		return CA_OK;
	ret->draft = run->drafts[run->next];
	if (run->reused != 0 && run->next == run->reused)
		ret->draft = run->drafts[0];
	ret->name = "client-a";
	ret->owner = &run->drafts[run->next++];
	return CA_OK;
}

static void
done_of_run(void *arg, struct ca_issue_item *items, size_t count)
{
	struct long_run *run = arg;

	(void)nanosleep(&(struct timespec){ .tv_nsec = run->done_takes }, NULL);
	if (count > run->largest)
		run->largest = count;
	for (size_t i = 0; i < count; i++) {
		size_t len;

		run->in_order = run->in_order &&
		    items[i].owner == &run->drafts[run->done + i];
		if (items[i].certificate == NULL)
			continue;
		run->burned_behind =
		    run->burned_behind || run->certificates != run->done + i;
		run->certificates++;
		assert_memory_equal(ca_certificate_serial(items[i].certificate,
					&len),
		    ca_draft_serial(items[i].draft), CA_SERIAL_SIZE);
		ca_certificate_free(items[i].certificate);
	}
	run->done += count;
	(void)atomic_fetch_add(&run->groups, 1);
}

static bool
stop_of_run(void *arg)
{
	struct long_run *run = arg;
	size_t waiting = ++run->begun - atomic_load(&run->groups);

	if (waiting > run->most)
		run->most = waiting;
	/* Asked before each group, and so once more than there are. */
	return run->stop_after != 0 && run->stop_after-- == 1;
}

static void
progress_of_run(void *arg, size_t done)
{
	struct long_run *run = arg;

	assert_true(done >= run->progress);
	run->progress = done;
}

#define RUN 200 /* drafts: more than two groups */

static enum ca_code
issue_run(struct fixture *f, struct long_run *run, struct ca_error *err)
{
	const struct ca_issuer issuer = { .ledger = f->ledger,
		.signer = f->signer,
		.certificate = f->ca };
	const struct ca_issue_run source = {
		.next = next_of_run,
		.done = done_of_run,
		.stop = stop_of_run,
		.progress = progress_of_run,
		.arg = run,
		.now = SOFT_NOW,
	};
	enum ca_code rc;

	run->f = f;
	run->count = RUN;
	run->in_order = true;
	run->drafts = calloc(RUN, sizeof(struct ca_draft *));
	assert_non_null(run->drafts);
	for (size_t i = 0; i < RUN; i++)
		run->drafts[i] =
		    soft_draft(&f->grant, f->ca, f->signer, SOFT_NOW);
	rc = ca_issue_all(&issuer, &source, err);
	for (size_t i = 0; i < RUN; i++)
		ca_draft_free(run->drafts[i]);
	free(run->drafts);
	assert_true(run->in_order);
	return rc;
}

static void
issues_group_behind_group_in_order(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct ca_error err;

	f->signer->sessions = THREADS;
	assert_ok(issue_run(f, &run, &err), &err);
	assert_int_equal(run.done, RUN);
	assert_int_equal(run.certificates, RUN);
	assert_int_equal(run.progress, RUN);
	assert_true(run.groups > 2);
	assert_true(run.largest <= CA_ISSUE_GROUP);
	check_states(f, 0, RUN, 0);
}

struct commits {
	size_t count;
	size_t failing; /* the one with this number; 0: none */
};

static int
count_commit(void *arg)
{
	struct commits *commits = arg;

	return ++commits->count == commits->failing;
}

/* But for the first two, and the last two, one is recorded as one begins. */
static void
records_and_reserves_by_one_commit(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct commits commits = { .failing = 0 };
	struct ca_error err;

	(void)sqlite3_commit_hook(f->ledger->db, count_commit, &commits);
	assert_ok(issue_run(f, &run, &err), &err);
	(void)sqlite3_commit_hook(f->ledger->db, NULL, NULL);
	assert_true(run.groups > 3);
	assert_int_equal(commits.count, run.groups + 2);
}

/* Two groups begin by one each; the third commit is of the first and the third. */
static void
records_alone_what_failed_together(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct commits commits = { .failing = 3 };
	struct ca_error err;

	f->signer->sessions = 2;
	(void)sqlite3_commit_hook(f->ledger->db, count_commit, &commits);
	assert_ok(issue_run(f, &run, &err), &err);
	(void)sqlite3_commit_hook(f->ledger->db, NULL, NULL);
	assert_int_equal(commits.count, run.groups + 4);
	assert_int_equal(run.certificates, RUN);
	check_states(f, 0, RUN, 0);
}

/* What the token made is not lost by what can not be begun beside it. */
static void
records_beside_what_can_not_be_reserved(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .reused = 40 };
	struct ca_error err;

	f->signer->sessions = 2;
	assert_int_equal(issue_run(f, &run, &err), CA_ERR_LEDGER);
	assert_non_null(strstr(err.message, "was used before"));
	assert_int_equal(run.groups, 3);
	assert_int_equal(run.certificates, 32);
	assert_int_equal(run.done, run.next);
	check_states(f, 0, 32, 0);
}

/* However long it takes to write them. */
static void
has_no_more_than_four_groups_at_once(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .done_takes = 50000000 };
	struct ca_error err;

	f->signer->sessions = 2;
	assert_ok(issue_run(f, &run, &err), &err);
	assert_int_equal(run.certificates, RUN);
	assert_true(run.groups > 3);
	assert_int_equal(run.most, 4);
}

static void
issues_with_one_session_in_its_own_thread(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct ca_error err;

	f->signer->sessions = 1;
	assert_ok(issue_run(f, &run, &err), &err);
	assert_int_equal(run.certificates, RUN);
	check_states(f, 0, RUN, 0);
}

static void
begins_nothing_after_it_is_told_to_stop(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .stop_after = 2 };
	struct ca_error err;

	assert_ok(issue_run(f, &run, &err), &err);
	assert_int_equal(run.groups, 1);
	assert_int_equal(run.certificates, run.done);
	assert_true(run.done > 0 && run.done < RUN);
	check_states(f, 0, run.done, 0);
}

/* What is reserved already is burned; what is not is not even reserved. */
static void
burns_what_waits_when_the_token_fails(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct ca_error err;

	f->signer->sessions = 1;
	soft_signer_fault(f->signer, SOFT_FAULT_FAIL, 40);
	assert_int_equal(issue_run(f, &run, &err), CA_ERR_TOKEN);
	assert_string_equal(err.message, "the token was removed");
	assert_int_equal(run.certificates, 40);
	assert_false(run.burned_behind);
	assert_true(run.done < RUN);
	assert_int_equal(run.done, run.next);
	check_states(f, 0, 40, run.done - 40);
}

static void
gives_back_what_it_could_not_reserve(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .failing_next = 30 };
	struct ca_error err;

	assert_int_equal(issue_run(f, &run, &err), CA_ERR_FILE);
	assert_string_equal(err.message, "a draft that is lost");
	assert_int_equal(run.next, 29);
	assert_int_equal(run.done, 29);
	assert_true(run.certificates < 29);
	check_states(f, 0, run.certificates, 0);
}

/* The third and fourth signature have one nonce, all others their own. */
static enum ca_code
repeat_once(struct ca_signer *signer, const uint8_t *tbs, size_t len,
    struct ca_bytes *ret_signature, struct ca_error *err)
{
	enum ca_code rc;

	(void)pthread_mutex_lock(&met->lock);
	met->calls++;
	soft_signer_fault(signer,
	    met->calls == 3 || met->calls == 4 ? SOFT_FAULT_REPEAT
					       : SOFT_FAULT_NONE,
	    0);
	rc = met->sign(signer, tbs, len, ret_signature, err);
	(void)pthread_mutex_unlock(&met->lock);
	return rc;
}

/* A key that repeats an r is disclosed: what it signed beside is not used. */
static void
burns_what_a_disclosed_key_signed_beside(void **state)
{
	struct fixture *f = *state;
	struct long_run run = { .f = NULL };
	struct meeting meeting = { .sign = f->signer->sign };
	struct ca_error err;

	assert_int_equal(pthread_mutex_init(&meeting.lock, NULL), 0);
	met = &meeting;
	f->signer->sign = repeat_once;
	f->signer->sessions = 2;
	assert_int_equal(issue_run(f, &run, &err), CA_ERR_TOKEN);
	f->signer->sign = meeting.sign;
	(void)pthread_mutex_destroy(&meeting.lock);
	assert_non_null(strstr(err.message, "ECDSA r"));
	/* The second group was being signed: nothing of it is handed out. */
	assert_int_equal(run.certificates, 15);
	check_states(f, 0, 15, 17);
	/* The third is given back as it was: the ledger does not know it. */
	assert_int_equal(run.groups, 3);
	assert_int_equal(run.done, run.next);
}

#define WITH_LEDGER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LEDGER(hands_out_no_signature_that_does_not_verify),
		WITH_LEDGER(hands_out_what_reading_it_gives),
		WITH_LEDGER(keeps_what_was_signed_before_the_token_failed),
		WITH_LEDGER(refuses_a_signer_with_another_key),
		WITH_LEDGER(signs_nothing_that_the_ledger_did_not_take),
		WITH_LEDGER(records_every_certificate_it_hands_out),
		WITH_LEDGER(signs_in_as_many_threads_as_there_are_sessions),
		WITH_LEDGER(keeps_a_session_at_work),
		WITH_LEDGER(needs_no_more_threads_than_drafts),
		WITH_LEDGER(asks_a_token_that_failed_nothing_more),
		WITH_LEDGER(issues_group_behind_group_in_order),
		WITH_LEDGER(records_and_reserves_by_one_commit),
		WITH_LEDGER(records_alone_what_failed_together),
		WITH_LEDGER(records_beside_what_can_not_be_reserved),
		WITH_LEDGER(has_no_more_than_four_groups_at_once),
		WITH_LEDGER(issues_with_one_session_in_its_own_thread),
		WITH_LEDGER(begins_nothing_after_it_is_told_to_stop),
		WITH_LEDGER(burns_what_waits_when_the_token_fails),
		WITH_LEDGER(gives_back_what_it_could_not_reserve),
		WITH_LEDGER(burns_what_a_disclosed_key_signed_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
