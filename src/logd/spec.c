/* spec.c - a member that is missing means no; so an older svd can talk to us, and a newer one. */
#include "logd/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *head, const char *key)
{
	const char *text = json_string_value(json_object_get(head, key));

	return text ? text : "";
}

static json_int_t number_of(const json_t *head, const char *key, json_int_t otherwise)
{
	const json_t *number = json_object_get(head, key);

	return json_is_integer(number) ? json_integer_value(number) : otherwise;
}

static bool is_set(const json_t *head, const char *key)
{
	return json_is_true(json_object_get(head, key));
}

/* The first word of each table is what there is without. */
static int word_of(const json_t *head, const char *key, const char *const *words, int n)
{
	int word = log_word(words, n, text_of(head, key));

	return word < 0 ? 0 : word;
}

static struct sink_rules rules_of(const json_t *head)
{
	return (struct sink_rules){
		.maxbytes = (uint64_t)number_of(head, "maxbytes", 0),
		.backups = (unsigned)number_of(head, "backups", 0),
		.mode = (mode_t)number_of(head, "mode", 0644),
		.uid = (uid_t)number_of(head, "uid", -1),
		.gid = (gid_t)number_of(head, "gid", -1),
		.mkdir = is_set(head, "mkdir"),
		.rotate = (enum log_rotate)word_of(head, "rotate", log_rotate_words, ROTATE_N),
		.compress = (enum log_compress)word_of(head, "compress", log_compress_words,
						       COMPRESS_N),
		.maxage = (uint64_t)number_of(head, "maxage", 0),
		.budget = (uint64_t)number_of(head, "budget", 0),
	};
}

static struct filter_spec filter_of(const json_t *head)
{
	return (struct filter_spec){
		.strip = is_set(head, "strip"),
		.lines = is_set(head, "lines"),
		.format = (enum log_format)word_of(head, "format", log_format_words, FORMAT_N),
		.capture = (uint64_t)number_of(head, "capture", 0),
		.linemax = (uint64_t)number_of(head, "linemax", 0),
		.linesecs = (unsigned)number_of(head, "linesecs", 0),
	};
}

static struct tap_spec tap_of(const json_t *head)
{
	const json_t *syslog = json_object_get(head, "syslog");

	return (struct tap_spec){
		.tell = is_set(head, "tell"),
		.syslog = json_is_object(syslog),
		.tag = text_of(syslog, "tag"),
		.ident = json_string_value(json_object_get(syslog, "ident")),
		.server = json_string_value(json_object_get(syslog, "server")),
		.facility = (int)number_of(syslog, "facility", 0),
		.journal = is_set(head, "journal"),
	};
}

static void spec_also(struct channel_spec *spec, const json_t *head)
{
	const json_t *also = json_object_get(head, "also");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(also) && n < SPEC_ALSO_MAX; i++) {
		spec->also[n] = json_string_value(json_array_get(also, i));
		n += spec->also[n] != NULL;
	}
	if (is_set(head, "echo"))
		spec->also[n] = "/dev/stdout";
}

struct channel_spec spec_of_frame(const json_t *head)
{
	struct channel_spec spec = {
		.id = number_of(head, "ch", 0),
		.fd = -1,
		.path = *text_of(head, "path") ? text_of(head, "path") : "/dev/null",
		.rules = rules_of(head),
		.speaker = { .group = text_of(head, "group"), .name = text_of(head, "name"),
			     .channel = text_of(head, "channel"),
			     .pid = (pid_t)number_of(head, "pid", 0) },
		.filter = filter_of(head),
		.tap = tap_of(head),
	};

	spec_also(&spec, head);
	return spec;
}

/* What svd-logd opens for itself has no speaker. */
static char *copy(const char *text)
{
	return strdup(text ? text : "");
}

int speaker_copy(struct speaker_spec *to, const struct speaker_spec *from)
{
	*to = (struct speaker_spec){ .group = copy(from->group), .name = copy(from->name),
				     .channel = copy(from->channel), .pid = from->pid };
	return to->group && to->name && to->channel ? 0 : -ENOMEM;
}

void speaker_done(struct speaker_spec *s)
{
	free((char *)s->group);
	free((char *)s->name);
	free((char *)s->channel);
}
