/* Resource limits, no_new_privs and a seccomp allow-list. Called once by main.c before anything is
 * read. It must not be made softer for a format: a decoder that needs more does not belong here. */
#include "media/child/sandbox.h"

#include <linux/futex.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define INSTRUMENTED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define INSTRUMENTED 1
#endif
#endif
#ifndef INSTRUMENTED
#define INSTRUMENTED 0
#endif

#define MB (UINT64_C(1024) * 1024)

/* About 190 MB of the address space is libraries; decoding takes some 20 MB of the rest. */
#define LIMIT_AS (512 * MB)
#define LIMIT_DATA (224 * MB)

static bool limit(int what, rlim_t n)
{
    struct rlimit l = {n, n};

    return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

static bool set_limits(unsigned cpu_s)
{
    /* AddressSanitizer reserves terabytes of addresses. */
    if (!INSTRUMENTED && !(limit(RLIMIT_AS, LIMIT_AS) && limit(RLIMIT_DATA, LIMIT_DATA)))
        return false;
    return limit(RLIMIT_CPU, cpu_s) && limit(RLIMIT_NOFILE, 0) && limit(RLIMIT_FSIZE, 0) &&
           limit(RLIMIT_NPROC, 0) && limit(RLIMIT_CORE, 0);
}

/* Descriptors are compared, so that one that slipped through would still be of no use. Memory may
 * be taken but never made executable. futex: libav's one-time initialisers wake nobody with it. */
static const struct {
    int call;
    unsigned n;
    struct scmp_arg_cmp arg[2];
} allowed[] = {
    {SCMP_SYS(read), 1, {{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0}}},
    {SCMP_SYS(write), 1, {{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 1}}},
    {SCMP_SYS(mmap),
     2,
     {{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
      {.arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = MAP_ANONYMOUS, .datum_b = MAP_ANONYMOUS}}},
    {SCMP_SYS(futex),
     1,
     {{.arg = 1,
       .op = SCMP_CMP_MASKED_EQ,
       .datum_a = (uint32_t)FUTEX_CMD_MASK,
       .datum_b = FUTEX_WAKE}}},
    {.call = SCMP_SYS(brk)},
    {.call = SCMP_SYS(munmap)},
    {.call = SCMP_SYS(mremap)},
    {.call = SCMP_SYS(madvise)},
    {.call = SCMP_SYS(exit_group)},
    {.call = SCMP_SYS(rt_sigreturn)},
    {.call = SCMP_SYS(restart_syscall)},
    {.call = SCMP_SYS(clock_gettime)},
#if INSTRUMENTED
    {SCMP_SYS(write), 1, {{.arg = 0, .op = SCMP_CMP_EQ, .datum_a = 2}}},
    {.call = SCMP_SYS(mprotect)},
    {.call = SCMP_SYS(sigaltstack)},
    {.call = SCMP_SYS(sched_yield)},
    {.call = SCMP_SYS(getpid)},
    {.call = SCMP_SYS(gettid)},
    {.call = SCMP_SYS(rt_sigprocmask)},
#endif
};

static bool add_rules(scmp_filter_ctx c)
{
    size_t i;

    for (i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (seccomp_rule_add_array(c, SCMP_ACT_ALLOW, allowed[i].call, allowed[i].n,
                                   allowed[i].arg) != 0)
            return false;
    return true;
}

static bool load_filter(void)
{
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool ok;

    if (!c)
        return false;
    ok = seccomp_attr_set(c, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 && add_rules(c) &&
         seccomp_load(c) == 0;
    seccomp_release(c);
    return ok;
}

bool sandbox_enter(unsigned cpu_s)
{
    void *volatile warm = malloc(64); /* the C library asks for random bytes on its first use */

    free(warm);
    /* A parent that died before this line has closed our input: we end by that. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    return set_limits(cpu_s) && load_filter();
}
