/*
 * xmlrpc_read.c - XML-RPC messages to JSON values. Read in one pass from expat's callbacks: a
 * table says which element may stand in which, and each element that ends hands its value to the
 * one around it. Lenient where clients are known to be sloppy (types, white space, <params>),
 * strict about what nobody sends and attackers do (DTDs, entities, nesting).
 */
#include "rpc/xmlrpc.h"

#include <assert.h>
#include <errno.h>
#include <expat.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/base64.h"
#include "base/utf8.h"

enum tag {
	TAG_DOCUMENT, TAG_CALL, TAG_RESPONSE, TAG_METHOD_NAME, TAG_PARAMS, TAG_PARAM, TAG_FAULT,
	TAG_VALUE, TAG_ARRAY, TAG_DATA, TAG_STRUCT, TAG_MEMBER, TAG_NAME,
	TAG_INT, TAG_BOOLEAN, TAG_STRING, TAG_DOUBLE, TAG_DATE, TAG_BASE64, TAG_NIL, TAG_N
};

/* Apache's ws-xmlrpc and Python know more names for the same things. */
static const struct {
	const char *name;
	enum tag    tag;
} tag_names[] = {
	{ "value", TAG_VALUE },		{ "member", TAG_MEMBER },
	{ "name", TAG_NAME },		{ "string", TAG_STRING },
	{ "int", TAG_INT },		{ "i4", TAG_INT },
	{ "i8", TAG_INT },		{ "i2", TAG_INT },
	{ "i1", TAG_INT },		{ "boolean", TAG_BOOLEAN },
	{ "double", TAG_DOUBLE },	{ "float", TAG_DOUBLE },
	{ "array", TAG_ARRAY },		{ "data", TAG_DATA },
	{ "struct", TAG_STRUCT },	{ "nil", TAG_NIL },
	{ "base64", TAG_BASE64 },	{ "dateTime.iso8601", TAG_DATE },
	{ "dateTime", TAG_DATE },	{ "param", TAG_PARAM },
	{ "params", TAG_PARAMS },	{ "methodName", TAG_METHOD_NAME },
	{ "methodCall", TAG_CALL },	{ "methodResponse", TAG_RESPONSE },
	{ "fault", TAG_FAULT },
};

/* Elements around a scalar: the document, call, params, param, value; each array or struct adds
 * three (value/array/data, value/struct/member), and the scalar itself. */
enum { LEVELS_MAX = 3 * XMLRPC_DEPTH_MAX + 8 };

/* An element that has begun and not yet ended. */
struct level {
	enum tag tag;
	json_t  *value;		/* owned; what is known of its value */
	char    *name;		/* owned; TAG_MEMBER */
};

struct reader {
	XML_Parser    xml;		/* owned */
	struct level  levels[LEVELS_MAX];
	size_t        n_levels;
	size_t        nesting;		/* arrays and structs among the levels */
	struct strbuf text;		/* since the last start tag */
	char         *method;		/* owned */
	bool          is_fault;
	int           error;		/* -errno */
	struct err   *err;		/* borrowed */
};

static struct level *top(struct reader *r)
{
	return &r->levels[r->n_levels - 1];
}

static void fail(struct reader *r, int code, const char *text)
{
	if (r->error)
		return;
	r->error = err_set(r->err, code, "line %lu: %s",
			   (unsigned long)XML_GetCurrentLineNumber(r->xml), text);
	XML_StopParser(r->xml, XML_FALSE);
}

/* Hands the value (stolen; NULL: no memory) of an element that ended to the one around it. */
static void give(struct reader *r, json_t *value)
{
	struct level *l = top(r);

	if (!value) {
		fail(r, -ENOMEM, "out of memory");
	} else if (l->tag == TAG_PARAMS || l->tag == TAG_DATA) {
		if (json_array_append_new(l->value, value) < 0)
			fail(r, -ENOMEM, "out of memory");
	} else if (l->value) {
		json_decref(value);
		fail(r, -EBADMSG, "two values in the place of one");
	} else {
		l->value = value;
	}
}

/* The text of the element that ends, without the white space around it; NULL: no memory. */
static const char *word(struct reader *r)
{
	static const char space[] = " \t\r\n";

	while (r->text.len > 0 && strchr(space, r->text.s[r->text.len - 1]))
		r->text.s[--r->text.len] = '\0';
	if (!strbuf_str(&r->text)) {
		fail(r, -ENOMEM, "out of memory");
		return NULL;
	}
	return strbuf_str(&r->text) + strspn(strbuf_str(&r->text), space);
}

static json_t *text_value(const struct strbuf *sb)
{
	const char *s = strbuf_str(sb);

	return s ? json_stringn(s, sb->len) : NULL;
}

static void end_string(struct reader *r, struct level *l)
{
	(void)l;
	give(r, text_value(&r->text));
}

static void end_value(struct reader *r, struct level *l)
{
	/* Without a type it is a string, white space included. */
	give(r, l->value ? json_incref(l->value) : text_value(&r->text));
}

static void end_int(struct reader *r, struct level *l)
{
	const char *s = word(r);
	char *end;
	long long value;

	(void)l;
	if (!s)
		return;
	errno = 0;
	value = strtoll(s, &end, 10);
	if (end == s || *end || errno)
		fail(r, -EBADMSG, "not an integer");
	else
		give(r, json_integer(value));
}

static void end_boolean(struct reader *r, struct level *l)
{
	const char *s = word(r);

	(void)l;
	if (!s)
		return;
	if (strcmp(s, "1") == 0 || strcmp(s, "true") == 0)
		give(r, json_true());
	else if (strcmp(s, "0") == 0 || strcmp(s, "false") == 0)
		give(r, json_false());
	else
		fail(r, -EBADMSG, "not a boolean");
}

/* svctl runs in the user's locale, where strtod() may expect a comma. */
static double parse_double(const char *s, char **ret_end)
{
	locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0), old;
	double value;

	if (!c)
		return strtod(s, ret_end);
	old = uselocale(c);
	value = strtod(s, ret_end);
	uselocale(old);
	freelocale(c);
	return value;
}

static void end_double(struct reader *r, struct level *l)
{
	const char *s = word(r);
	char *end;
	double value;

	(void)l;
	if (!s)
		return;
	value = parse_double(s, &end);
	if (end == s || *end || !isfinite(value))	/* JSON has no infinity */
		fail(r, -EBADMSG, "not a number");
	else
		give(r, json_real(value));
}

static void end_date(struct reader *r, struct level *l)
{
	const char *s = word(r);

	(void)l;
	if (s)
		give(r, json_string(s));
}

static bool is_utf8(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t len = utf8_len(s + i, n - i);

		if (!len)
			return false;
		i += len;
	}
	return true;
}

/* Bytes that are no text are refused, as Supervisor does, and not replaced behind one's back. */
static void end_base64(struct reader *r, struct level *l)
{
	const char *s = word(r);
	struct strbuf sb = { 0 };

	(void)l;
	if (!s)
		return;
	if (!base64_decode(&sb, s, strlen(s)))
		fail(r, -EBADMSG, "not base64");
	else if (!sb.oom && !is_utf8(strbuf_str(&sb), sb.len))
		fail(r, -EBADMSG, "base64 of bytes that are not UTF-8");
	else
		give(r, text_value(&sb));
	strbuf_done(&sb);
}

static void end_nil(struct reader *r, struct level *l)
{
	(void)l;
	give(r, json_null());
}

static void end_array(struct reader *r, struct level *l)
{
	r->nesting--;
	give(r, l->value ? json_incref(l->value) : json_array());
}

static void end_struct(struct reader *r, struct level *l)
{
	r->nesting--;
	give(r, json_incref(l->value));
}

static void end_holder(struct reader *r, struct level *l)
{
	if (l->value)
		give(r, json_incref(l->value));
	else
		fail(r, -EBADMSG, "a value is missing");
}

static void end_fault(struct reader *r, struct level *l)
{
	r->is_fault = true;
	end_holder(r, l);
}

static void end_member(struct reader *r, struct level *l)
{
	if (!l->name || !l->value)
		fail(r, -EBADMSG, "a <member> needs a <name> and a <value>");
	else if (json_object_set(top(r)->value, l->name, l->value) < 0)
		fail(r, -ENOMEM, "out of memory");
}

/* Keeps the text of the element that ends in *name; the last of several wins. */
static void keep_name(struct reader *r, char **name, const char *s)
{
	free(*name);
	*name = s ? strdup(s) : NULL;
	if (!*name)
		fail(r, -ENOMEM, "out of memory");
}

static void end_name(struct reader *r, struct level *l)
{
	(void)l;
	keep_name(r, &top(r)->name, strbuf_str(&r->text));
}

static void end_method_name(struct reader *r, struct level *l)
{
	(void)l;
	keep_name(r, &r->method, word(r));
}

static void end_call(struct reader *r, struct level *l)
{
	if (!r->method || !*r->method)
		fail(r, -EBADMSG, "no method name");
	else
		give(r, l->value ? json_incref(l->value) : json_array());
}

#define IN(tag) (1U << (tag))

/* Where an element may stand, what it starts with and what its end does. */
static const struct rule {
	uint32_t  parents;
	json_t *(*make)(void);
	void    (*end)(struct reader *r, struct level *l);
} rules[TAG_N] = {
	[TAG_CALL]	  = { IN(TAG_DOCUMENT), NULL, end_call },
	[TAG_RESPONSE]	  = { IN(TAG_DOCUMENT), NULL, end_holder },
	[TAG_METHOD_NAME] = { IN(TAG_CALL), NULL, end_method_name },
	[TAG_PARAMS]	  = { IN(TAG_CALL) | IN(TAG_RESPONSE), json_array, end_holder },
	[TAG_PARAM]	  = { IN(TAG_PARAMS), NULL, end_holder },
	[TAG_FAULT]	  = { IN(TAG_RESPONSE), NULL, end_fault },
	[TAG_VALUE]	  = { IN(TAG_PARAMS) | IN(TAG_PARAM) | IN(TAG_FAULT) | IN(TAG_DATA) |
			      IN(TAG_MEMBER), NULL, end_value },
	[TAG_ARRAY]	  = { IN(TAG_VALUE), NULL, end_array },
	[TAG_DATA]	  = { IN(TAG_ARRAY), json_array, end_holder },
	[TAG_STRUCT]	  = { IN(TAG_VALUE), json_object, end_struct },
	[TAG_MEMBER]	  = { IN(TAG_STRUCT), NULL, end_member },
	[TAG_NAME]	  = { IN(TAG_MEMBER), NULL, end_name },
	[TAG_INT]	  = { IN(TAG_VALUE), NULL, end_int },
	[TAG_BOOLEAN]	  = { IN(TAG_VALUE), NULL, end_boolean },
	[TAG_STRING]	  = { IN(TAG_VALUE), NULL, end_string },
	[TAG_DOUBLE]	  = { IN(TAG_VALUE), NULL, end_double },
	[TAG_DATE]	  = { IN(TAG_VALUE), NULL, end_date },
	[TAG_BASE64]	  = { IN(TAG_VALUE), NULL, end_base64 },
	[TAG_NIL]	  = { IN(TAG_VALUE), NULL, end_nil },
};

static enum tag tag_find(const char *name)
{
	const char *colon = strrchr(name, ':');		/* <ex:nil/> */

	for (size_t i = 0; i < ARRAY_LEN(tag_names); i++)
		if (strcmp(colon ? colon + 1 : name, tag_names[i].name) == 0)
			return tag_names[i].tag;
	return TAG_N;
}

static void push(struct reader *r, enum tag tag)
{
	struct level *l = &r->levels[r->n_levels];

	assert(r->n_levels < LEVELS_MAX);	/* rules and nesting see to it */
	*l = (struct level){ .tag = tag };
	r->n_levels++;
	strbuf_reset(&r->text);
	if (!rules[tag].make)
		return;
	l->value = rules[tag].make();
	if (!l->value)
		fail(r, -ENOMEM, "out of memory");
}

/* expat may call a few times more after XML_StopParser: hence the look at r->error everywhere. */
static void on_start(void *user, const char *name, const char **attrs)
{
	struct reader *r = user;
	enum tag tag = tag_find(name);

	(void)attrs;
	if (r->error)
		return;
	if (tag == TAG_N || !(rules[tag].parents & IN(top(r)->tag)))
		fail(r, -EBADMSG, "an element that does not belong here");
	else if ((tag == TAG_ARRAY || tag == TAG_STRUCT) && ++r->nesting > XMLRPC_DEPTH_MAX)
		fail(r, -EBADMSG, "nested too deep");
	else
		push(r, tag);
}

static void level_done(struct level *l)
{
	json_decref(l->value);
	free(l->name);
}

static void on_end(void *user, const char *name)
{
	struct reader *r = user;
	struct level l;

	(void)name;
	if (r->error)
		return;
	l = r->levels[--r->n_levels];
	rules[l.tag].end(r, &l);
	level_done(&l);
}

static void on_text(void *user, const char *s, int n)
{
	struct reader *r = user;

	if (!r->error)
		strbuf_add(&r->text, s, (size_t)n);
}

/* No DTD, so no entities: nothing can grow (billion laughs) and nothing points outside. */
static void on_doctype(void *user, const char *name, const char *sysid, const char *pubid,
		       int inner)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)inner;
	fail(user, -EBADMSG, "document type declarations are refused");
}

static void reader_done(struct reader *r)
{
	while (r->n_levels > 0)
		level_done(&r->levels[--r->n_levels]);
	strbuf_done(&r->text);
	free(r->method);
	if (r->xml)
		XML_ParserFree(r->xml);
}

/* expat would ask the kernel anew for each message; once is as good against chosen names. */
static unsigned long hash_salt(void)
{
	static unsigned long salt;

	if (!salt && getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != sizeof(salt))
		salt = 0;	/* expat helps itself then */
	return salt;
}

static int reader_init(struct reader *r, struct err *err)
{
	*r = (struct reader){ .n_levels = 1, .err = err };	/* levels[0]: the document */
	r->xml = XML_ParserCreate(NULL);
	if (!r->xml)
		return err_set(err, -ENOMEM, "out of memory");
	(void)XML_SetHashSalt(r->xml, hash_salt());
	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, on_start, on_end);
	XML_SetCharacterDataHandler(r->xml, on_text);
	XML_SetStartDoctypeDeclHandler(r->xml, on_doctype);
	return 0;
}

/* Leaves the value of the document, an element `root`, in levels[0]. */
static int reader_run(struct reader *r, const char *xml, size_t n, enum tag root)
{
	if (n > INT_MAX)
		return err_set(r->err, -EBADMSG, "too long");
	r->levels[0].tag = TAG_DOCUMENT;
	if (XML_Parse(r->xml, xml, (int)n, 1) != XML_STATUS_OK) {
		enum XML_Error error = XML_GetErrorCode(r->xml);

		fail(r, error == XML_ERROR_NO_MEMORY ? -ENOMEM : -EBADMSG, XML_ErrorString(error));
	}
	if (r->error)
		return r->error;
	/* The two kinds of document leave different traces. */
	if ((root == TAG_CALL) != (r->method != NULL))
		return err_set(r->err, -EBADMSG, "not the kind of message that is expected here");
	return 0;
}

int xmlrpc_parse_call(const char *xml, size_t n, char **ret_method, json_t **ret_params,
		      struct err *err)
{
	_cleanup_(reader_done) struct reader r;
	int error = reader_init(&r, err);

	if (!error)
		error = reader_run(&r, xml, n, TAG_CALL);
	if (error)
		return error;
	*ret_method = r.method;
	r.method = NULL;
	*ret_params = json_incref(r.levels[0].value);
	return 0;
}

static int take_fault(const json_t *fault, int *ret_code, char **ret_text, struct err *err)
{
	const json_t *code = json_object_get(fault, "faultCode");
	const char *text = json_string_value(json_object_get(fault, "faultString"));

	if (!json_is_integer(code) || !text)
		return err_set(err, -EBADMSG, "a fault without code or text");
	*ret_text = strdup(text);
	if (!*ret_text)
		return err_set(err, -ENOMEM, "out of memory");
	*ret_code = (int)json_integer_value(code);
	return 1;
}

int xmlrpc_parse_response(const char *xml, size_t n, json_t **ret_result, int *ret_code,
			  char **ret_text, struct err *err)
{
	_cleanup_(reader_done) struct reader r;
	int error = reader_init(&r, err);
	json_t *result;

	if (!error)
		error = reader_run(&r, xml, n, TAG_RESPONSE);
	if (error)
		return error;
	if (r.is_fault)
		return take_fault(r.levels[0].value, ret_code, ret_text, err);
	result = json_array_get(r.levels[0].value, 0);
	if (!result)
		return err_set(err, -EBADMSG, "a response without a value");
	*ret_result = json_incref(result);
	return 0;
}
