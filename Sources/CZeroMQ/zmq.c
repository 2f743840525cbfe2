#include "mastic_zmq.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/// As large and as aligned as the library's own.
typedef struct {
    union {
        unsigned char bytes[64];
        void *alignment;
    } content;
} message;

static struct {
    void *(*ctx_new)(void);
    int (*ctx_term)(void *);
    void *(*socket)(void *, int);
    int (*close)(void *);
    int (*setsockopt)(void *, int, const void *, size_t);
    int (*bind)(void *, const char *);
    int (*msg_init)(message *);
    int (*msg_recv)(message *, void *, int);
    void *(*msg_data)(message *);
    size_t (*msg_size)(const message *);
    int (*msg_more)(const message *);
    int (*msg_close)(message *);
    int (*send)(void *, const void *, size_t, int);
    int (*poll)(mst_zmq_poll_item *, int, long);
    int (*error_number)(void);
    const char *(*strerror)(int);
} zmq;

enum { DO_NOT_WAIT = 1, SEND_MORE = 2 };

static int is_loaded;

static void load(void) {
    void *library = dlopen("libzmq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    const struct {
        const char *name;
        void *place;
    } functions[] = {
        {"zmq_ctx_new", &zmq.ctx_new}, {"zmq_ctx_term", &zmq.ctx_term}, {"zmq_socket", &zmq.socket}, {"zmq_close", &zmq.close},
        {"zmq_setsockopt", &zmq.setsockopt}, {"zmq_bind", &zmq.bind}, {"zmq_msg_init", &zmq.msg_init}, {"zmq_msg_recv", &zmq.msg_recv},
        {"zmq_msg_data", &zmq.msg_data}, {"zmq_msg_size", &zmq.msg_size}, {"zmq_msg_more", &zmq.msg_more}, {"zmq_msg_close", &zmq.msg_close},
        {"zmq_send", &zmq.send}, {"zmq_poll", &zmq.poll}, {"zmq_errno", &zmq.error_number}, {"zmq_strerror", &zmq.strerror},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        void *function = dlsym(library, functions[i].name);
        if (function == NULL) return;
        *(void **)functions[i].place = function;
    }
    is_loaded = 1;
}

int mst_zmq_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded ? 0 : -1;
}

void *mst_zmq_context(void) { return zmq.ctx_new(); }
void mst_zmq_end(void *context) { zmq.ctx_term(context); }
void *mst_zmq_socket(void *context, int kind) { return zmq.socket(context, kind); }
int mst_zmq_close(void *socket) { return zmq.close(socket); }
int mst_zmq_set(void *socket, int option, const void *value, size_t size) { return zmq.setsockopt(socket, option, value, size); }
int mst_zmq_bind(void *socket, const char *address) { return zmq.bind(socket, address); }

int mst_zmq_receive(void *socket, void (*take)(void *context, const void *bytes, size_t count), void *context) {
    message part;
    if (zmq.msg_init(&part) != 0) return -1;
    if (zmq.msg_recv(&part, socket, DO_NOT_WAIT) < 0) {
        int number = errno;
        zmq.msg_close(&part);
        errno = number;
        return -1;
    }
    take(context, zmq.msg_data(&part), zmq.msg_size(&part));
    int more = zmq.msg_more(&part);
    zmq.msg_close(&part);
    return more;
}

int mst_zmq_send(void *socket, const void *bytes, size_t count, int more) {
    return zmq.send(socket, bytes, count, DO_NOT_WAIT | (more ? SEND_MORE : 0)) < 0 ? -1 : 0;
}

int mst_zmq_wait(mst_zmq_poll_item *items, int count, long milliseconds) { return zmq.poll(items, count, milliseconds); }

int mst_zmq_errno(void) { return zmq.error_number(); }
const char *mst_zmq_error(int number) { return zmq.strerror(number); }
