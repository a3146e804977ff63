#pragma once

/// How many blocks the calling thread has allocated so far.
long waitable_allocations(void);

/// How many bytes the calling thread has allocated and not freed so far; less where it has freed what others allocated.
long waitable_held_bytes(void);
