/* test_xmlrpc.c - the XML-RPC codec, both directions */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "rpc/xmlrpc.h"

#define CALL(params) "<?xml version='1.0'?><methodCall><methodName>m</methodName>" params \
		     "</methodCall>"
#define PARAM(value) CALL("<params><param><value>" value "</value></param></params>")

/* "method(params as JSON)", or the error's text. The caller frees it. */
static char *read_call(const char *xml, size_t n)
{
	struct strbuf sb = { 0 };
	json_t *params = NULL;
	char *method = NULL, *text;
	struct err err = { 0 };
	int error = xmlrpc_parse_call(xml, n, &method, &params, &err);

	if (error) {
		ck_assert_int_eq(error, -EBADMSG);
		ck_assert_int_eq(err.code, error);
		return strdup(err.text);
	}
	text = json_dumps(params, JSON_COMPACT);
	strbuf_addf(&sb, "%s%s", method, text);
	free(text);
	free(method);
	json_decref(params);
	return strbuf_steal(&sb);
}

static void assert_reads(const char *xml, const char *expected)
{
	char *got = read_call(xml, strlen(xml));

	ck_assert_str_eq(got, expected);
	free(got);
}

static void assert_says(const char *xml, const char *part)
{
	char *got = read_call(xml, strlen(xml));

	ck_assert_msg(strstr(got, part), "%s: %s instead of %s", xml, got, part);
	free(got);
}

START_TEST(every_type_becomes_its_value)
{
	assert_reads(PARAM("<int>-7</int>"), "m[-7]");
	assert_reads(PARAM("<i4>7</i4>"), "m[7]");
	assert_reads(PARAM("<i8>9007199254740993</i8>"), "m[9007199254740993]");
	assert_reads(PARAM("<boolean>1</boolean>"), "m[true]");
	assert_reads(PARAM("<boolean>0</boolean>"), "m[false]");
	assert_reads(PARAM("<string>a&lt;b &#65;</string>"), "m[\"a<b A\"]");
	assert_reads(PARAM("<double>2.5</double>"), "m[2.5]");
	assert_reads(PARAM("<nil/>"), "m[null]");
	assert_reads(PARAM("<base64>Z3LDvMOf\nIGRp Y2g=</base64>"),
		     "m[\"gr\303\274\303\237 dich\"]");
	assert_reads(PARAM("<dateTime.iso8601>20240229T12:00:00</dateTime.iso8601>"),
		     "m[\"20240229T12:00:00\"]");
	assert_reads(PARAM("<array><data><value><int>1</int></value><value>x</value></data>"
			   "</array>"),
		     "m[[1,\"x\"]]");
	assert_reads(PARAM("<struct><member><name>k</name><value><int>1</int></value></member>"
			   "<member><value>v</value><name></name></member></struct>"),
		     "m[{\"k\":1,\"\":\"v\"}]");
} END_TEST

START_TEST(what_sloppy_clients_send_is_understood)
{
	assert_reads(CALL(""), "m[]");
	assert_reads(CALL("<params/>"), "m[]");
	assert_reads(CALL("<params> \n </params>"), "m[]");
	assert_reads(PARAM("plain"), "m[\"plain\"]");
	assert_reads(PARAM(""), "m[\"\"]");
	assert_reads(PARAM("  two  words "), "m[\"  two  words \"]");
	assert_reads(PARAM("<string/>"), "m[\"\"]");
	assert_reads(PARAM("\n\t<int> 5\r\n</int>\n"), "m[5]");
	assert_reads(PARAM("<boolean>true</boolean>"), "m[true]");
	assert_reads(PARAM("<array/>"), "m[[]]");
	assert_reads(PARAM("<struct/>"), "m[{}]");
	assert_reads(PARAM("<ex:nil xmlns:ex='http://ws.apache.org/xmlrpc'/>"), "m[null]");
	assert_reads("<methodCall>\n <methodName> a.b </methodName>\n</methodCall>\n", "a.b[]");
	assert_reads(CALL("<params><value>bare</value></params>"), "m[\"bare\"]");
	assert_reads(CALL("<!-- c --><params><?pi x?></params>"), "m[]");
	assert_reads(PARAM("<![CDATA[<&>]]>"), "m[\"<&>\"]");
} END_TEST

START_TEST(what_is_no_call_is_refused_with_the_reason)
{
	assert_says("", "no element found");
	assert_says("no xml", "syntax error");
	assert_says("<methodCall>\n\n<methodName>m", "line 3");
	assert_says("<methodCall></methodCall>", "no method name");
	assert_says("<methodCall><methodName/></methodCall>", "no method name");
	assert_says("<methodCall><methodName>  </methodName></methodCall>", "no method name");
	assert_says("<html/>", "does not belong");
	assert_says("<params/>", "does not belong");
	assert_says("<methodResponse><params><value/></params></methodResponse>", "not the kind");
	assert_says(CALL("<params><param/></params>"), "value is missing");
	assert_says(CALL("<params><param><value/><value/></param></params>"), "two values");
	assert_says(CALL("<params/><params/>"), "two values");
	assert_says(CALL("") "x", "junk");
} END_TEST

START_TEST(values_that_lie_about_their_type_are_refused)
{
	assert_says(PARAM("<int></int>"), "not an integer");
	assert_says(PARAM("<int>1x</int>"), "not an integer");
	assert_says(PARAM("<int>99999999999999999999</int>"), "not an integer");
	assert_says(PARAM("<boolean>2</boolean>"), "not a boolean");
	assert_says(PARAM("<double>inf</double>"), "not a number");
	assert_says(PARAM("<double>1e999</double>"), "not a number");
	assert_says(PARAM("<base64>*</base64>"), "not base64");
	assert_says(PARAM("<base64>/w==</base64>"), "not UTF-8");
	assert_says(PARAM("<int><int>1</int></int>"), "does not belong");
	assert_says(PARAM("<int>1</int><int>2</int>"), "two values");
	assert_says(PARAM("<unheard>1</unheard>"), "does not belong");
	assert_says(PARAM("<struct><member><name>k</name></member></struct>"), "needs");
	assert_says(PARAM("<struct><member><value/></member></struct>"), "needs");
	assert_says(PARAM("<string>&#0;</string>"), "invalid character number");
	assert_says(PARAM("<string>\x01</string>"), "invalid token");
	assert_says(PARAM("<string>\xff</string>"), "invalid token");
	assert_says(PARAM("<string>\xed\xa0\x80</string>"), "invalid token");
} END_TEST

START_TEST(documents_cannot_define_entities)
{
	assert_says("<!DOCTYPE m>" CALL(""), "refused");
	assert_says("<!DOCTYPE m [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" PARAM("&b;"),
		    "line 1: document type declarations are refused");
	assert_says("<!DOCTYPE m SYSTEM 'file:///etc/passwd'>" CALL(""), "refused");
	assert_says(PARAM("&undefined;"), "undefined entity");
} END_TEST

START_TEST(nesting_has_a_ceiling)
{
	struct strbuf sb = { 0 };

	for (int depth = XMLRPC_DEPTH_MAX; depth <= XMLRPC_DEPTH_MAX + 1; depth++) {
		strbuf_reset(&sb);
		strbuf_adds(&sb, "<methodCall><methodName>m</methodName><params><param><value>");
		for (int i = 0; i < depth; i++)
			strbuf_adds(&sb, i % 2 ? "<array><data><value>" :
					     "<struct><member><name>n</name><value>");
		strbuf_adds(&sb, "<int>1</int>");
		for (int i = depth; i-- > 0;)
			strbuf_adds(&sb, i % 2 ? "</value></data></array>" :
					     "</value></member></struct>");
		strbuf_adds(&sb, "</value></param></params></methodCall>");
		assert_says(strbuf_str(&sb),
			    depth > XMLRPC_DEPTH_MAX ? "nested too deep" : "1");
	}
	strbuf_done(&sb);
} END_TEST

START_TEST(the_declared_encoding_is_honoured)
{
	assert_reads("<?xml version='1.0' encoding='ISO-8859-1'?>\n<methodCall>"
		     "<methodName>m</methodName><params><value>\xfc</value></params></methodCall>",
		     "m[\"\303\274\"]");
} END_TEST

/* --- building --- */

static char *written(const char *json)
{
	json_t *value = json_loads(json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	struct strbuf sb = { 0 };
	char *from, *to, *all;

	ck_assert_ptr_nonnull(value);
	ck_assert_int_eq(xmlrpc_build_result(&sb, value), 0);
	json_decref(value);
	from = strstr(strbuf_str(&sb), "<value>");
	to = strstr(from, "</param>");
	all = strndup(from, (size_t)(to - from) - 1);
	strbuf_done(&sb);
	return all;
}

static void assert_writes(const char *json, const char *expected)
{
	char *got = written(json);

	ck_assert_str_eq(got, expected);
	free(got);
}

START_TEST(values_are_written_with_their_types)
{
	assert_writes("0", "<value><int>0</int></value>");
	assert_writes("-12", "<value><int>-12</int></value>");
	assert_writes("true", "<value><boolean>1</boolean></value>");
	assert_writes("false", "<value><boolean>0</boolean></value>");
	assert_writes("\"\"", "<value><string></string></value>");
	assert_writes("2.5", "<value><double>2.5</double></value>");
	assert_writes("null", "<value><nil/></value>");
	assert_writes("[1,\"x\"]", "<value><array><data>\n<value><int>1</int></value>\n"
		      "<value><string>x</string></value>\n</data></array></value>");
	assert_writes("{\"a&b\":1}", "<value><struct>\n<member>\n<name>a&amp;b</name>\n"
		      "<value><int>1</int></value>\n</member>\n</struct></value>");
} END_TEST

START_TEST(integers_are_capped_to_32_bits)
{
	assert_writes("2147483647", "<value><int>2147483647</int></value>");
	assert_writes("2147483648", "<value><int>2147483647</int></value>");
	assert_writes("-2147483648", "<value><int>-2147483648</int></value>");
	assert_writes("-9223372036854775808", "<value><int>-2147483648</int></value>");
} END_TEST

START_TEST(text_is_always_valid_xml)
{
	assert_writes("\"<a> & b\"", "<value><string>&lt;a&gt; &amp; b</string></value>");
	assert_writes("\"a\\tb\\nc\\r\\n\"", "<value><string>a\tb\nc&#13;\n</string></value>");
	assert_writes("\"\\u0000\\u001b[0m\"",
		      "<value><string>\xef\xbf\xbd\xef\xbf\xbd[0m</string></value>");
	assert_writes("\"\\uffff\\ufffe\\ufffd\"",
		      "<value><string>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</string></value>");
	assert_writes("\"\303\274\xf0\x9f\x90\x8d\"",
		      "<value><string>\303\274\xf0\x9f\x90\x8d</string></value>");
} END_TEST

START_TEST(bytes_that_are_no_text_are_replaced)
{
	struct strbuf sb = { 0 };

	/* A fault's text comes from file names and the like: any bytes. */
	ck_assert_int_eq(xmlrpc_build_fault(&sb, 30, "x\xff\xed\xa0\x80\xc3"), 0);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&sb), "<string>x"
		UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT
		UTF8_REPLACEMENT "</string>"));
	strbuf_done(&sb);
} END_TEST

START_TEST(a_fault_is_what_python_would_send)
{
	struct strbuf sb = { 0 };

	ck_assert_int_eq(xmlrpc_build_fault(&sb, 10, "BAD_NAME: x"), 0);
	ck_assert_str_eq(strbuf_str(&sb),
		"<?xml version='1.0'?>\n<methodResponse>\n<fault>\n<value><struct>\n"
		"<member>\n<name>faultCode</name>\n<value><int>10</int></value>\n</member>\n"
		"<member>\n<name>faultString</name>\n<value><string>BAD_NAME: x</string></value>\n"
		"</member>\n</struct></value>\n</fault>\n</methodResponse>\n");
	strbuf_done(&sb);
} END_TEST

START_TEST(a_call_that_is_written_can_be_read)
{
	static const char json[] = "[1,\"a\\rb <&>\",[true,{\"k\":null}],{},[]]";
	json_t *params = json_loads(json, 0, NULL);
	struct strbuf sb = { 0 };
	char *got;

	ck_assert_int_eq(xmlrpc_build_call(&sb, "a.b", params), 0);
	got = read_call(sb.s, sb.len);
	ck_assert_str_eq(got, "a.b[1,\"a\\rb <&>\",[true,{\"k\":null}],{},[]]");
	free(got);
	strbuf_done(&sb);
	json_decref(params);
} END_TEST

/* --- responses --- */

START_TEST(a_result_is_read)
{
	static const char xml[] = "<methodResponse><params><param><value><int>3</int></value>"
				  "</param></params></methodResponse>";
	json_t *result = NULL;
	char *text = NULL;
	int code = 0;

	ck_assert_int_eq(xmlrpc_parse_response(xml, strlen(xml), &result, &code, &text, NULL), 0);
	ck_assert_int_eq(json_integer_value(result), 3);
	json_decref(result);
} END_TEST

START_TEST(a_fault_is_read)
{
	struct strbuf sb = { 0 };
	json_t *result = NULL;
	char *text = NULL;
	int code = 0;

	ck_assert_int_eq(xmlrpc_build_fault(&sb, 70, "NOT_RUNNING"), 0);
	ck_assert_int_eq(xmlrpc_parse_response(sb.s, sb.len, &result, &code, &text, NULL), 1);
	ck_assert_int_eq(code, 70);
	ck_assert_str_eq(text, "NOT_RUNNING");
	ck_assert_ptr_null(result);
	free(text);
	strbuf_done(&sb);
} END_TEST

START_TEST(what_is_no_response_is_refused)
{
	static const char *const bad[] = {
		"", "<methodResponse/>", "<methodResponse><params/></methodResponse>", CALL(""),
		"<methodResponse><fault><value>text</value></fault></methodResponse>",
		"<methodResponse><fault/></methodResponse>",
	};
	json_t *result = NULL;
	char *text = NULL;
	struct err err;
	int code;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ck_assert_int_eq(xmlrpc_parse_response(bad[i], strlen(bad[i]), &result, &code,
						       &text, &err), -EBADMSG);
	ck_assert_ptr_null(result);
	ck_assert_ptr_null(text);
} END_TEST

int main(void)
{
	Suite *s = suite_create("xmlrpc");
	TCase *tc = tcase_create("xmlrpc");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, every_type_becomes_its_value);
	tcase_add_test(tc, what_sloppy_clients_send_is_understood);
	tcase_add_test(tc, what_is_no_call_is_refused_with_the_reason);
	tcase_add_test(tc, values_that_lie_about_their_type_are_refused);
	tcase_add_test(tc, documents_cannot_define_entities);
	tcase_add_test(tc, nesting_has_a_ceiling);
	tcase_add_test(tc, the_declared_encoding_is_honoured);
	tcase_add_test(tc, values_are_written_with_their_types);
	tcase_add_test(tc, integers_are_capped_to_32_bits);
	tcase_add_test(tc, text_is_always_valid_xml);
	tcase_add_test(tc, bytes_that_are_no_text_are_replaced);
	tcase_add_test(tc, a_fault_is_what_python_would_send);
	tcase_add_test(tc, a_call_that_is_written_can_be_read);
	tcase_add_test(tc, a_result_is_read);
	tcase_add_test(tc, a_fault_is_read);
	tcase_add_test(tc, what_is_no_response_is_refused);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
