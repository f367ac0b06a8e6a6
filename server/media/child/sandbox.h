/* Locks the process in before it meets a stranger's bytes. */
#ifndef RINGSIGHT_MEDIA_CHILD_SANDBOX_H
#define RINGSIGHT_MEDIA_CHILD_SANDBOX_H

#include <stdbool.h>

/* cpu_s: seconds of processor time that it has. From here on the process can read descriptor 0, write descriptor 1, have memory up to a limit,
 * and end; anything else kills it. It dies with its parent, leaves no core and cannot be traced by
 * other users. False if any part could not be set up: the caller must then end without reading. */
bool sandbox_enter(unsigned cpu_s);

#endif
