// Stands in for the C library's allocator and counts for each thread, so that tests can assert what work costs, and what it
// leaves behind, as numbers that are the same on every machine. Only where glibc lets it, and not under the thread sanitizer, which has an
// allocator of its own: elsewhere the count is always 0.
#include "AllocationCounter.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WAITABLE_HAS_OTHER_ALLOCATOR
#endif
#endif

#if (defined(__GLIBC__) || defined(__linux__)) && !defined(WAITABLE_HAS_OTHER_ALLOCATOR)
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);

static __thread long allocations;
static __thread long held;

long waitable_allocations(void) { return allocations; }
long waitable_held_bytes(void) { return held; }

static void *counted(void *block) {
    allocations++;
    if (block) held += (long)malloc_usable_size(block);
    return block;
}

void *malloc(size_t size) { return counted(__libc_malloc(size)); }

void *calloc(size_t count, size_t size) { return counted(__libc_calloc(count, size)); }

void *realloc(void *block, size_t size) {
    long before = block ? (long)malloc_usable_size(block) : 0;
    void *moved = __libc_realloc(block, size);
    if (moved || size == 0) held -= before;
    return counted(moved);
}

void *aligned_alloc(size_t alignment, size_t size) { return counted(__libc_memalign(alignment, size)); }

int posix_memalign(void **block, size_t alignment, size_t size) {
    *block = counted(__libc_memalign(alignment, size));
    return *block ? 0 : ENOMEM;
}

void free(void *block) {
    if (block) held -= (long)malloc_usable_size(block);
    __libc_free(block);
}
#else
long waitable_allocations(void) { return 0; }
long waitable_held_bytes(void) { return 0; }
#endif
