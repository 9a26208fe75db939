/* form.c - libmicrohttpd takes a form apart, and gives long values in several pieces. */
#include "httpd/form.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/strbuf.h"
#include "httpd/request.h"

enum { BUFFER = 4096 };		/* bytes */

struct reading {
	json_t *fields;		/* owned */
	char   *name;		/* owned; of the field that is being read */
	struct strbuf value;
	size_t  n;
	int     error;
};

/* The field is complete. */
static void end_field(struct reading *reading)
{
	json_t *list, *value;

	if (!reading->name || reading->error)
		return;
	list = json_object_get(reading->fields, reading->name);
	value = reading->value.oom ? NULL : json_stringn(strbuf_str(&reading->value),
							 reading->value.len);
	if (!value)
		reading->error = reading->value.oom ? -ENOMEM : -EBADMSG;
	else if (list)
		json_array_append_new(list, value);
	else if (json_object_set_new(reading->fields, reading->name, json_pack("[o]", value)) < 0)
		reading->error = -EBADMSG;
	strbuf_reset(&reading->value);
}

static enum MHD_Result on_value(void *cls, enum MHD_ValueKind kind, const char *key,
				const char *filename, const char *content_type,
				const char *encoding, const char *data, uint64_t at, size_t n)
{
	struct reading *reading = cls;

	(void)kind, (void)filename, (void)content_type, (void)encoding;
	if (at == 0) {
		end_field(reading);
		free(reading->name);
		reading->name = strdup(key ? key : "");
		if (!reading->name)
			reading->error = -ENOMEM;
		if (++reading->n > FORM_FIELDS_MAX)
			reading->error = -E2BIG;
	}
	strbuf_add(&reading->value, data, n);
	return reading->error ? MHD_NO : MHD_YES;
}

/* libmicrohttpd would take files, too. */
static bool is_form(const struct request *r)
{
	static const char wanted[] = MHD_HTTP_POST_ENCODING_FORM_URLENCODED;
	const char *type = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND,
						       MHD_HTTP_HEADER_CONTENT_TYPE);
	size_t n = type ? strcspn(type, "; \t") : 0;

	return n == strlen(wanted) && strncasecmp(type, wanted, n) == 0;
}

int form_read(struct request *r, json_t **ret_fields)
{
	struct reading reading = { .fields = json_object() };
	struct MHD_PostProcessor *pp;

	if (!is_form(r)) {
		json_decref(reading.fields);
		return -EPROTOTYPE;
	}
	pp = MHD_create_post_processor(r->connection, BUFFER, on_value, &reading);
	if (!reading.fields || !pp)
		reading.error = -ENOMEM;
	else if (r->body.len > 0 &&
		 MHD_post_process(pp, strbuf_str(&r->body), r->body.len) != MHD_YES &&
		 !reading.error)
		reading.error = -EBADMSG;
	if (pp && MHD_destroy_post_processor(pp) != MHD_YES && !reading.error)
		reading.error = -EBADMSG;
	end_field(&reading);
	free(reading.name);
	strbuf_done(&reading.value);
	if (reading.error)
		json_decref(reading.fields);
	else
		*ret_fields = reading.fields;
	return reading.error;
}

const char *form_value(const json_t *fields, const char *name)
{
	return json_string_value(json_array_get(json_object_get(fields, name), 0));
}
