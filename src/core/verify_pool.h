/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COLDCA_CORE_VERIFY_POOL_H
#define COLDCA_CORE_VERIFY_POOL_H

#include "core/verify_certificate.h"

/*
 * Threads that verify the certificates of a ledger beside the one that reads
 * it. What waits is bounded: CA_VERIFY_GROUP jobs in each of a few groups.
 */
struct ca_verify_pool;

#define CA_VERIFY_GROUP 64 /* jobs that are handed over at once */
#define CA_VERIFY_THREADS_MAX 64

/*
 * Starts THREADS of them; 0: one for each processor. ISSUERS is borrowed. Where
 * no thread can be had, the jobs are done by the one that brings them. *RET is
 * new.
 */
CA_CHECKED enum ca_code ca_verify_pool_start(unsigned threads,
    const struct ca_certificates *issuers, struct ca_verify_pool **ret,
    struct ca_error *err);

/*
 * Hands JOB over, which is empty on return. It waits while too many do. False:
 * some job has failed, and nothing more needs to be brought.
 */
bool ca_verify_pool_put(struct ca_verify_pool *pool, struct ca_verify_job *job);

/*
 * Waits for all jobs. Whether they were good; otherwise *RET_ENTRY is the first
 * entry that was not, and WHAT says why.
 */
bool ca_verify_pool_finish(struct ca_verify_pool *pool, int64_t *ret_entry,
    char what[CA_VERIFY_WHAT_SIZE]);

/* Stops the threads, whatever they do. Accepts NULL. */
void ca_verify_pool_free(struct ca_verify_pool *pool);

#endif
