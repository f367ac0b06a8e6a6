/* `ringsight admin`. */
#include <stdio.h>

#include "roles.h"

int role_admin(struct arena *a, struct settings *s, int argc, char **argv)
{
    (void)a;
    (void)s;
    (void)argc;
    (void)argv;
    return 2;
}
