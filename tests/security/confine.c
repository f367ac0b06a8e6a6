/* confine FILE PROGRAM ARGUMENTS…: runs a program under what a systemd unit would allow it to ask of the kernel,
 * without systemd. FILE holds one rule a line, as tests/security/units.mjs writes it from the unit:
 *   call NAME     a system call that is allowed; all others answer EPERM, as SystemCallErrorNumber=EPERM says
 *   family N      an address family that socket() may take; others answer EAFNOSUPPORT
 *   no-wx         MemoryDenyWriteExecute=yes      no-namespaces  RestrictNamespaces=yes
 * What the rules mean is systemd.exec(5). Ends with 125 if the filter cannot be put on. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

static bool no_wx, no_namespaces;

static void must(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "confine: %s: %s\n", what, strerror(-rc));
    exit(125);
}

static void allow_if(scmp_filter_ctx c, int call, unsigned arg, scmp_datum_t mask, scmp_datum_t is)
{
    must(seccomp_rule_add(c, SCMP_ACT_ALLOW, call, 1,
                          (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, is}),
         "a rule with a mask");
}

static bool is_call(const char *name, const char *other)
{
    return strcmp(name, other) == 0;
}

static void allow_call(scmp_filter_ctx c, const char *name)
{
    int call = seccomp_syscall_resolve_name(name);

    if (call == __NR_SCMP_ERROR || is_call(name, "socket"))
        return; /* of another architecture, or bound to families below */
    if (no_wx && is_call(name, "mmap")) {
        allow_if(c, call, 2, PROT_WRITE | PROT_EXEC, 0);
        allow_if(c, call, 2, PROT_WRITE | PROT_EXEC, PROT_WRITE);
        allow_if(c, call, 2, PROT_WRITE | PROT_EXEC, PROT_EXEC);
    } else if (no_wx && (is_call(name, "mprotect") || is_call(name, "pkey_mprotect"))) {
        allow_if(c, call, 2, PROT_EXEC, 0);
    } else if (no_namespaces && is_call(name, "clone")) {
        allow_if(c, call, 0, NAMESPACES, 0);
    } else if (no_namespaces && is_call(name, "clone3")) {
        must(seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), call, 0), name);
    } else {
        int rc = seccomp_rule_add(c, SCMP_ACT_ALLOW, call, 0);
        must(rc == -EDOM || rc == -EINVAL ? 0 : rc, name);
    }
}

/* socket() with a family of none of these answers EAFNOSUPPORT: one rule for each gap between them. */
static void allow_families(scmp_filter_ctx c, bool *allowed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        must(seccomp_rule_add(c, allowed[i] ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EAFNOSUPPORT),
                              SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, i)),
             "socket");
}

static void read_rules(scmp_filter_ctx c, const char *path)
{
    FILE *f = fopen(path, "re");
    char line[128], word[64], value[64];
    bool families[46] = {false};

    must(f ? 0 : -errno, path);
    for (int pass = 0; pass < 2; pass++) {
        rewind(f);
        while (fgets(line, sizeof line, f)) {
            int n = sscanf(line, "%63s %63s", word, value);
            no_wx = no_wx || is_call(word, "no-wx");
            no_namespaces = no_namespaces || is_call(word, "no-namespaces");
            if (pass && n == 2 && is_call(word, "call"))
                allow_call(c, value);
            if (pass && n == 2 && is_call(word, "family") && atoi(value) < 46)
                families[atoi(value)] = true;
        }
    }
    fclose(f);
    allow_families(c, families, sizeof families / sizeof *families);
}

int main(int argc, char **argv)
{
    scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    struct rlimit none = {0, 0};

    must(argc > 2 && c ? 0 : -EINVAL, "give FILE PROGRAM");
    read_rules(c, argv[1]);
    must(setrlimit(RLIMIT_CORE, &none) ? -errno : 0, "core limit");
    must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? -errno : 0, "no new privileges");
    must(seccomp_load(c), "the filter");
    seccomp_release(c);
    execv(argv[2], argv + 2);
    fprintf(stderr, "confine: %s: %s\n", argv[2], strerror(errno));
    return 125;
}
