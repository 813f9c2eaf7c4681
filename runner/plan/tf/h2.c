#include "runner/plan/tf/h2.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "runner/base/die.h"

#define PATH_MAX_BYTES 256
#define WORDS_MAX_BYTES 1024
#define PREFIX_BYTES 5

struct stream {
	int32_t id;
	char path[PATH_MAX_BYTES];
	char words[WORDS_MAX_BYTES];
	struct buf in; /* DATA as it came: prefix and message */
	struct buf out;
	size_t sent;
	enum h2_status status;
	bool status_seen, closed, answered;
	struct stream *next;
};

struct h2 {
	nghttp2_session *session;
	bool server;
	h2_answer_fn *answer;
	void *context;
	struct stream *streams;
	size_t stream_count;
	struct stream *call; /* of a client */
};

static struct stream *find(struct h2 *h, int32_t id)
{
	return nghttp2_session_get_stream_user_data(h->session, id);
}

static struct stream *new_stream(struct h2 *h)
{
	struct stream *s = die_calloc(1, sizeof(*s));

	s->in = (struct buf)BUF_INIT(H2_MESSAGE_MAX_BYTES + PREFIX_BYTES);
	s->out = (struct buf)BUF_INIT(H2_MESSAGE_MAX_BYTES + PREFIX_BYTES);
	s->status = H2_UNAVAILABLE;
	s->next = h->streams;
	h->streams = s;
	h->stream_count++;
	return s;
}

static void free_stream(struct stream *s)
{
	buf_release(&s->in);
	buf_release(&s->out);
	free(s);
}

static void drop_stream(struct h2 *h, struct stream *s)
{
	for (struct stream **at = &h->streams; *at; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			h->stream_count--;
			free_stream(s);
			return;
		}
}

/* --- gRPC ------------------------------------------------------------------------------------ */

static void add_prefix(struct buf *out, size_t size)
{
	const uint8_t prefix[PREFIX_BYTES] = {0, (uint8_t)(size >> 24), (uint8_t)(size >> 16),
					      (uint8_t)(size >> 8), (uint8_t)size};

	buf_add(out, prefix, sizeof(prefix));
}

/* The one message in the data of a stream; false when it is not exactly one, uncompressed. */
static bool message_of(const struct stream *s, const uint8_t **ret_message, size_t *ret_size)
{
	const uint8_t *p = (const uint8_t *)s->in.data;
	size_t size;

	if (s->in.overflow || s->in.size < PREFIX_BYTES || p[0] != 0)
		return false;
	size = (size_t)p[1] << 24 | (size_t)p[2] << 16 | (size_t)p[3] << 8 | (size_t)p[4];
	*ret_message = p + PREFIX_BYTES;
	*ret_size = size;
	return size == s->in.size - PREFIX_BYTES;
}

static nghttp2_nv pair(const char *name, const char *value)
{
	union {
		const char *text;
		uint8_t *bytes;
	} n = {name}, v = {value};

	return (nghttp2_nv){n.bytes, v.bytes, strlen(name), strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static ssize_t give_data(FP_UNUSED nghttp2_session *session, FP_UNUSED int32_t id, uint8_t *to,
			 size_t size, uint32_t *flags, nghttp2_data_source *source, void *context)
{
	struct stream *s = source->ptr;
	const struct h2 *h = context;
	size_t n = FP_MIN(size, s->out.size - s->sent);
	const nghttp2_nv trailer = pair("grpc-status", "0");

	if (n)
		memcpy(to, s->out.data + s->sent, n);
	s->sent += n;
	if (s->sent == s->out.size) {
		*flags |= NGHTTP2_DATA_FLAG_EOF;
		if (h->server) {
			*flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
			if (nghttp2_submit_trailer(session, s->id, &trailer, 1) != 0)
				return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
		}
	}
	return (ssize_t)n;
}

static int respond_failed(struct h2 *h, struct stream *s, enum h2_status status)
{
	char text[16] = "";
	nghttp2_nv headers[] = {pair(":status", "200"), pair("content-type", "application/grpc"),
				pair("grpc-status", text)};

	(void)snprintf(text, sizeof(text), "%d", (int)status);
	headers[2] = pair("grpc-status", text);
	s->answered = true;
	return nghttp2_submit_response(h->session, s->id, headers, FP_ARRAY_SIZE(headers), NULL);
}

static int respond(struct h2 *h, struct stream *s)
{
	const nghttp2_nv headers[] = {pair(":status", "200"),
				      pair("content-type", "application/grpc")};
	const nghttp2_data_provider data = {.source = {.ptr = s}, .read_callback = give_data};
	struct buf answer = BUF_INIT(H2_MESSAGE_MAX_BYTES);
	enum h2_status status = H2_INTERNAL;
	const uint8_t *message;
	size_t size;

	if (message_of(s, &message, &size))
		status = h->answer(h->context, s->path, message, size, &answer);
	if (answer.overflow && status == H2_OK)
		status = H2_INTERNAL;
	if (status == H2_OK) {
		add_prefix(&s->out, answer.size);
		buf_add(&s->out, buf_text(&answer), answer.size);
	}
	buf_release(&answer);
	if (status != H2_OK)
		return respond_failed(h, s, status);
	s->answered = true;
	return nghttp2_submit_response(h->session, s->id, headers, FP_ARRAY_SIZE(headers), &data);
}

/* --- callbacks ------------------------------------------------------------------------------- */

static int on_begin_headers(nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
	struct h2 *h = context;
	struct stream *s;

	if (!h->server || frame->hd.type != NGHTTP2_HEADERS ||
	    frame->headers.cat != NGHTTP2_HCAT_REQUEST)
		return 0;
	if (h->stream_count >= H2_STREAMS_MAX)
		return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
	s = new_stream(h);
	s->id = frame->hd.stream_id;
	return nghttp2_session_set_stream_user_data(session, s->id, s);
}

static void keep(char *to, size_t room, const uint8_t *value, size_t size)
{
	size_t n = FP_MIN(size, room - 1);

	memcpy(to, value, n);
	to[n] = 0;
}

static int on_header(FP_UNUSED nghttp2_session *session, const nghttp2_frame *frame,
		     const uint8_t *name, size_t name_size, const uint8_t *value, size_t size,
		     FP_UNUSED uint8_t flags, void *context)
{
	struct stream *s = find(context, frame->hd.stream_id);

	if (!s)
		return 0;
	if (name_size == 5 && memcmp(name, ":path", 5) == 0) {
		keep(s->path, sizeof(s->path), value, size);
	} else if (name_size == 11 && memcmp(name, "grpc-status", 11) == 0) {
		char text[8];

		keep(text, sizeof(text), value, size);
		s->status = (enum h2_status)strtol(text, NULL, 10);
		s->status_seen = true;
	} else if (name_size == 12 && memcmp(name, "grpc-message", 12) == 0) {
		keep(s->words, sizeof(s->words), value, size);
	}
	return 0;
}

static int on_data(FP_UNUSED nghttp2_session *session, FP_UNUSED uint8_t flags, int32_t id,
		   const uint8_t *data, size_t size, void *context)
{
	struct stream *s = find(context, id);

	if (s && !s->answered)
		buf_add(&s->in, data, size);
	return 0;
}

/* A call of another service is refused at once: some of them never end. */
static bool is_provider(const char *path)
{
	return strncmp(path, "/tfplugin5.Provider/", 20) == 0 ||
	       strncmp(path, "/tfplugin6.Provider/", 20) == 0;
}

static int on_frame(FP_UNUSED nghttp2_session *session, const nghttp2_frame *frame, void *context)
{
	struct h2 *h = context;
	struct stream *s = NULL;

	if (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)
		s = find(h, frame->hd.stream_id);
	if (!s || !h->server || s->answered)
		return 0;
	if (!is_provider(s->path))
		return respond_failed(h, s, H2_UNIMPLEMENTED);
	return frame->hd.flags & NGHTTP2_FLAG_END_STREAM ? respond(h, s) : 0;
}

static int on_close(FP_UNUSED nghttp2_session *session, int32_t id, FP_UNUSED uint32_t code,
		    void *context)
{
	struct h2 *h = context;
	struct stream *s = find(h, id);

	if (s && h->server)
		drop_stream(h, s);
	else if (s)
		s->closed = true;
	return 0;
}

/* --- sessions -------------------------------------------------------------------------------- */

static struct h2 *new_session(bool server, h2_answer_fn *answer, void *context)
{
	static const nghttp2_settings_entry limits[] = {
		{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, H2_STREAMS_MAX},
	};
	struct h2 *h = die_calloc(1, sizeof(*h));
	nghttp2_session_callbacks *c;
	int bad;

	h->server = server;
	h->answer = answer;
	h->context = context;
	if (nghttp2_session_callbacks_new(&c) != 0)
		die("out of memory");
	nghttp2_session_callbacks_set_on_begin_headers_callback(c, on_begin_headers);
	nghttp2_session_callbacks_set_on_header_callback(c, on_header);
	nghttp2_session_callbacks_set_on_data_chunk_recv_callback(c, on_data);
	nghttp2_session_callbacks_set_on_frame_recv_callback(c, on_frame);
	nghttp2_session_callbacks_set_on_stream_close_callback(c, on_close);
	bad = server ? nghttp2_session_server_new(&h->session, c, h)
		     : nghttp2_session_client_new(&h->session, c, h);
	nghttp2_session_callbacks_del(c);
	if (bad || nghttp2_submit_settings(h->session, NGHTTP2_FLAG_NONE, limits,
					   server ? FP_ARRAY_SIZE(limits) : 0) != 0)
		die("out of memory");
	return h;
}

struct h2 *h2_server_new(h2_answer_fn *answer, void *context)
{
	return new_session(true, answer, context);
}

struct h2 *h2_client_new(void)
{
	struct h2 *h = new_session(false, NULL, NULL);

	/* Schemas are megabytes; the peer need not wait for us. */
	if (nghttp2_session_set_local_window_size(h->session, NGHTTP2_FLAG_NONE, 0, 1 << 24) != 0)
		die("out of memory");
	return h;
}

void h2_free(struct h2 *h)
{
	if (!h)
		return;
	nghttp2_session_del(h->session);
	while (h->streams) {
		struct stream *next = h->streams->next;

		free_stream(h->streams);
		h->streams = next;
	}
	free(h);
}

int h2_receive(struct h2 *h, const void *data, size_t size, struct err *e)
{
	ssize_t n = nghttp2_session_mem_recv(h->session, data, size);

	if (n < 0 || (size_t)n != size)
		return err_set(e, ERR_PEER, "HTTP/2: %s",
			       n < 0 ? nghttp2_strerror((int)n) : "the connection is over");
	return 0;
}

int h2_pending(struct h2 *h, const uint8_t **ret_data, size_t *ret_size, struct err *e)
{
	ssize_t n = nghttp2_session_mem_send(h->session, ret_data);

	if (n < 0)
		return err_set(e, ERR_PEER, "HTTP/2: %s", nghttp2_strerror((int)n));
	*ret_size = (size_t)n;
	return 0;
}

bool h2_alive(const struct h2 *h)
{
	return nghttp2_session_want_read(h->session) || nghttp2_session_want_write(h->session);
}

int h2_call(struct h2 *h, const char *path, const void *message, size_t size, struct err *e)
{
	const nghttp2_nv headers[] = {
		pair(":method", "POST"),
		pair(":scheme", "http"),
		pair(":path", path),
		pair(":authority", "unused"),
		pair("content-type", "application/grpc"),
		pair("te", "trailers"),
	};
	nghttp2_data_provider data = {.read_callback = give_data};
	struct stream *s;

	if (h->call)
		drop_stream(h, h->call);
	s = h->call = new_stream(h);
	add_prefix(&s->out, size);
	buf_add(&s->out, message, size);
	data.source.ptr = s;
	s->id = nghttp2_submit_request(h->session, NULL, headers, FP_ARRAY_SIZE(headers), &data, s);
	if (s->id < 0)
		return err_set(e, ERR_PEER, "HTTP/2: %s", nghttp2_strerror(s->id));
	return 0;
}

bool h2_answered(struct h2 *h, enum h2_status *ret_status, const char **ret_words,
		 const uint8_t **ret_message, size_t *ret_size)
{
	struct stream *s = h->call;

	if (!s || !s->closed)
		return false;
	*ret_status = s->status_seen ? s->status : H2_UNAVAILABLE;
	*ret_words = s->words;
	*ret_message = NULL;
	*ret_size = 0;
	if (*ret_status == H2_OK && !message_of(s, ret_message, ret_size))
		*ret_status = H2_INTERNAL;
	return true;
}
