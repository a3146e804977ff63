#pragma once

/// How many blocks the calling thread has allocated so far.
long waitable_allocations(void);
