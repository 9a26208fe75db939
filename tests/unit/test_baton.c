/* test_baton.c - the loop goes on while system calls hang; here they read from pipes */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "logd/baton.h"

static const double SOON = 0.01;	/* seconds */

enum { READERS = BATON_AWAY_MAX + 1 };

/* Reads a byte, and hangs until there is one. */
struct reader {
	struct risk risk;
	int       ends[2];
	ssize_t   got;
	bool      undone, late;
	pthread_t ran_in;
};

static struct loop *loop;
static struct baton baton;
static struct timer timer;
static struct reader readers[READERS], *heap;
static pthread_t loop_was_in;
static int steps, results[READERS], woken_fd;
static unsigned n_taken;

static void read_byte(struct risk *r)
{
	struct reader *reader = container_of(r, struct reader, risk);
	char byte;

	reader->ran_in = pthread_self();
	reader->got = read(reader->ends[0], &byte, 1);
}

static void undo(struct risk *r)
{
	container_of(r, struct reader, risk)->undone = true;
}

static void on_late(struct risk *r)
{
	ck_assert(!r->away);
	container_of(r, struct reader, risk)->late = true;
}

static void make_reader(struct reader *reader, dev_t dev)
{
	*reader = (struct reader){ .risk = { .run = read_byte, .undo = undo, .on_late = on_late,
					     .dev = dev } };
	ck_assert_int_eq(pipe(reader->ends), 0);
}

static void let_go(struct reader *reader)
{
	ck_assert_int_eq(write(reader->ends[1], "x", 1), 1);
}

static void begin(void)
{
	loop = loop_new();
	ck_assert_ptr_nonnull(loop);
	ck_assert_int_eq(baton_init(&baton, loop), 0);
	for (int i = 0; i < READERS; i++)
		make_reader(&readers[i], (dev_t)i + 1);
	steps = 0;
	n_taken = 0;
}

static void end(void)
{
	for (int i = 0; i < READERS; i++) {
		close(readers[i].ends[0]);
		close(readers[i].ends[1]);
	}
	baton_done(&baton);
	loop_free(loop);
}

static void on_taken(void *user)
{
	ck_assert_ptr_eq(user, &baton);
	n_taken++;
}

/* on_step comes again and again, SOON after it was begun, also when it has not returned. */
static void run_with(void (*on_step)(struct timer *t))
{
	timer_init(&timer, loop, on_step);
	timer_start(&timer, 0);
	ck_assert_int_eq(baton_loop(&baton, on_taken, &baton), 0);
	timer_stop(&timer);
}

static int next_step(void)
{
	timer_start(&timer, SOON);
	return steps++;
}

static void on_spot(struct timer *t)
{
	(void)t;
	if (next_step() == 0) {
		loop_was_in = pthread_self();
		let_go(&readers[0]);
		results[0] = baton_run(&baton, &readers[0].risk);
		ck_assert(atomic_load(&baton.armed));
	}
	if (!atomic_load(&baton.armed))
		loop_stop(loop);
}

START_TEST(what_does_not_hang_is_run_on_the_spot_and_then_nobody_wakes_up)
{
	run_with(on_spot);
	ck_assert_int_eq(results[0], 0);
	ck_assert_int_eq(readers[0].got, 1);
	ck_assert(pthread_equal(readers[0].ran_in, loop_was_in));
	ck_assert(!readers[0].late && !readers[0].undone);
	ck_assert_uint_eq(n_taken, 0);
} END_TEST

static void hang_once(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step == 0) {
		loop_was_in = pthread_self();
		(void)baton_run(&baton, &readers[0].risk);
		ck_abort_msg("this is nobody's stack any more");
	}
	ck_assert(!pthread_equal(pthread_self(), loop_was_in));
	if (step == 20) {
		ck_assert(readers[0].risk.away);
		ck_assert_uint_eq(baton_away(&baton), 1);
		let_go(&readers[0]);
	}
	if (readers[0].late)
		loop_stop(loop);
}

START_TEST(the_loop_goes_on_while_something_hangs)
{
	run_with(hang_once);
	ck_assert_int_eq(readers[0].got, 1);
	ck_assert(readers[0].undone);
	ck_assert_uint_eq(baton_away(&baton), 0);
	ck_assert_uint_eq(n_taken, 1);
} END_TEST

static void hang_thrice(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step < 3)
		(void)baton_run(&baton, &readers[step].risk);
	if (step == 3) {
		ck_assert_uint_eq(baton_away(&baton), 3);
		let_go(&readers[1]);
		let_go(&readers[2]);
	}
	if (readers[1].late && readers[2].late && baton_away(&baton) == 1)
		let_go(&readers[0]);
	if (readers[0].late)
		loop_stop(loop);
}

START_TEST(several_things_hang_and_come_back_one_by_one)
{
	run_with(hang_thrice);
	ck_assert_uint_eq(n_taken, 3);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(readers[i].got, 1);
} END_TEST

static void ask_others(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step == 0)
		(void)baton_run(&baton, &readers[0].risk);
	if (step == 1) {
		let_go(&readers[1]);
		results[1] = baton_run(&baton, &readers[1].risk);
		readers[2].risk.dev = readers[0].risk.dev;
		results[2] = baton_run(&baton, &readers[2].risk);
		let_go(&readers[0]);
	}
	if (readers[0].late) {
		let_go(&readers[2]);
		results[3] = baton_run(&baton, &readers[2].risk);
		loop_stop(loop);
	}
}

START_TEST(a_device_that_hangs_is_left_alone_and_others_are_not)
{
	run_with(ask_others);
	ck_assert_int_eq(results[1], 0);
	ck_assert_int_eq(results[2], -ETIMEDOUT);
	ck_assert_int_eq(results[3], 0);
} END_TEST

static void send_many(void)
{
	for (int i = 1; i < READERS; i++) {
		readers[i].risk.dev = 0;
		results[i] = baton_run(&baton, &readers[i].risk);
	}
	for (int i = 0; i < READERS; i++)
		let_go(&readers[i]);
}

static void fear(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step == 0)
		(void)baton_run(&baton, &readers[0].risk);
	if (step == 1)
		send_many();
	if (step > 1 && baton_away(&baton) == 0)
		loop_stop(loop);
}

START_TEST(while_something_hangs_the_unknown_is_tried_elsewhere_but_not_too_much_of_it)
{
	run_with(fear);
	for (int i = 1; i < READERS - 1; i++) {
		ck_assert_int_eq(results[i], -EINPROGRESS);
		ck_assert(readers[i].late && readers[i].undone);
		ck_assert_int_eq(readers[i].got, 1);
	}
	ck_assert_int_eq(results[READERS - 1], -ETIMEDOUT);
	ck_assert_int_eq(readers[READERS - 1].got, 0);
	ck_assert_uint_eq(n_taken, 1);
} END_TEST

static void free_heap(struct risk *r)
{
	close(heap->ends[0]);
	close(heap->ends[1]);
	free(container_of(r, struct reader, risk));
	loop_stop(loop);
}

static void hang_and_forget(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step == 0)
		(void)baton_run(&baton, &heap->risk);
	if (step == 1)
		let_go(heap);
}

START_TEST(what_comes_back_may_be_freed_then)
{
	heap = malloc(sizeof(*heap));
	ck_assert_ptr_nonnull(heap);
	make_reader(heap, 1);
	heap->risk.undo = NULL;
	heap->risk.on_late = free_heap;
	run_with(hang_and_forget);
} END_TEST

static void hang_and_stop(struct timer *t)
{
	int step = next_step();

	(void)t;
	if (step == 0)
		(void)baton_run(&baton, &readers[0].risk);
	loop_stop(loop);
}

static void on_nothing(struct timer *t)
{
	(void)next_step();
	if (readers[0].late)
		loop_stop(t->loop);
}

START_TEST(the_loop_can_be_stopped_while_something_hangs)
{
	run_with(hang_and_stop);
	ck_assert_uint_eq(baton_away(&baton), 1);
	atomic_store(&baton.over, false);
	let_go(&readers[0]);
	run_with(on_nothing);
	ck_assert_uint_eq(baton_away(&baton), 0);
} END_TEST

static void open_one(void *user)
{
	(void)user;
	woken_fd = open("/dev/null", O_RDONLY);
}

static void look_for_it(struct risk *r)
{
	bool there = fcntl(woken_fd, F_GETFD) >= 0;

	container_of(r, struct reader, risk)->undone = !there;
}

START_TEST(who_is_away_does_not_hold_what_is_opened_later)
{
	if (fd_part_table() < 0)
		return;		/* an old kernel in a container: then it does */
	readers[0].risk.undo = look_for_it;
	timer_init(&timer, loop, hang_once);
	timer_start(&timer, 0);
	ck_assert_int_eq(baton_loop(&baton, open_one, NULL), 0);
	ck_assert(fcntl(woken_fd, F_GETFD) >= 0);
	ck_assert(readers[0].undone);
	close(woken_fd);
} END_TEST

int main(void)
{
	Suite *s = suite_create("baton");
	TCase *tc = tcase_create("baton");
	SRunner *sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, what_does_not_hang_is_run_on_the_spot_and_then_nobody_wakes_up);
	tcase_add_test(tc, the_loop_goes_on_while_something_hangs);
	tcase_add_test(tc, several_things_hang_and_come_back_one_by_one);
	tcase_add_test(tc, a_device_that_hangs_is_left_alone_and_others_are_not);
	tcase_add_test(tc,
		       while_something_hangs_the_unknown_is_tried_elsewhere_but_not_too_much_of_it);
	tcase_add_test(tc, what_comes_back_may_be_freed_then);
	tcase_add_test(tc, the_loop_can_be_stopped_while_something_hangs);
	tcase_add_test(tc, who_is_away_does_not_hold_what_is_opened_later);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
