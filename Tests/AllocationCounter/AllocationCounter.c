// Stands in for the C library's allocator and counts for each thread, so that tests can assert what work costs as a
// number that is the same on every machine. Only where glibc lets it, and not under the thread sanitizer, which has an
// allocator of its own: elsewhere the count is always 0.
#include "AllocationCounter.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WAITABLE_HAS_OTHER_ALLOCATOR
#endif
#endif

#if (defined(__GLIBC__) || defined(__linux__)) && !defined(WAITABLE_HAS_OTHER_ALLOCATOR)
#include <errno.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static __thread long allocations;

long waitable_allocations(void) { return allocations; }

void *malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
    allocations++;
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    allocations++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
    allocations++;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}
#else
long waitable_allocations(void) { return 0; }
#endif
