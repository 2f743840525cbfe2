#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// A file system without RENAME_NOREPLACE says EINVAL. Files are then linked, which fails on an existing name, and unlinked; a folder is
// renamed plainly, which fails on anything but a missing name or an empty folder.
static int move_new(const char *from, const char *to) {
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    struct stat info;
    if (lstat(from, &info) != 0) return errno;
    if (S_ISDIR(info.st_mode)) {
        if (lstat(to, &info) == 0) return EEXIST;
        return rename(from, to) == 0 ? 0 : errno;
    }
    if (link(from, to) != 0) return errno;
    return unlink(from) == 0 ? 0 : errno;
}

static int run_step(const mst_step *step) {
    switch (step->kind) {
    case MST_MOVE_NEW: return move_new(step->from, step->to);
    case MST_MOVE_FOLDER: return rename(step->from, step->to) == 0 ? 0 : errno;
    case MST_EXCHANGE: return renameat2(AT_FDCWD, step->from, AT_FDCWD, step->to, RENAME_EXCHANGE) == 0 ? 0 : errno;
    }
    return EINVAL;
}

static void run_steps(const mst_step *steps, long count, mst_publish_result *result) {
    result->error = 0;
    for (result->done = 0; result->done < count; result->done++) {
        int error;
        do { error = run_step(&steps[result->done]); } while (error == EINTR);
        if (error != 0) { result->error = error; return; }
    }
}

// Leaves open nothing but one descriptor, or for -1 nothing at all. A kernel without close_range(2) leaves the copies to the child's end.
static void close_others(int kept) {
    if (kept > 0) (void)close_range(0, (unsigned)kept - 1, 0);
    (void)close_range((unsigned)(kept + 1), ~0U, 0);
}

mst_publish_result mst_publish(const mst_step *steps, long count, int detached, int kept) {
    mst_publish_result result = {0, 0};
    mst_publish_result *shared = MAP_FAILED;
    if (detached) shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        run_steps(steps, count, &result);
        return result;
    }
    *shared = (mst_publish_result){0, -1};

    // The child starts with every signal blocked: no handler of the caller may run in it.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child == 0) {
        // Between fork and _exit only async-signal-safe calls (signal-safety(7)): another thread may have held any lock.
        setsid();
        close_others(kept);
        run_steps(steps, count, shared);
        _exit(0);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child < 0) {
        run_steps(steps, count, &result);
    } else {
        int status;
        pid_t waited;
        do { waited = waitpid(child, &status, 0); } while (waited < 0 && errno == EINTR);
        result = *shared;
        // The child was killed in the middle; what is left to do the caller finds out by looking.
        if (result.error == -1 || (waited == child && !WIFEXITED(status))) result.error = EINTR;
    }
    munmap(shared, sizeof *shared);
    return result;
}

int mst_sync_file_system(int descriptor) { return syncfs(descriptor); }

void mst_begin_sync(int descriptor) { (void)sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE); }
