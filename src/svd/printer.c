/* printer.c - what listeners have us print; see result.h. */
#include "svd/printer.h"

#include <string.h>

#include "base/clock.h"
#include "svd/log.h"
#include "svd/logs.h"

/* Seconds between two lines about what was lost. */
static const double REPORT_EVERY = 60;

void printer_init(struct printer *printer, struct loop *loop, struct logs *logs)
{
	*printer = (struct printer){ .logs = logs };
	input_init(&printer->out, loop);
}

void printer_done(struct printer *printer)
{
	input_close(&printer->out);
}

static int open_out(struct printer *printer)
{
	int fd = -1, ret;

	if (printer->out.fd >= 0)
		return 0;
	ret = logs_open_stdout(printer->logs, &fd);
	if (ret == 0)
		input_open(&printer->out, fd);
	return ret;
}

void printer_print(struct printer *printer, const char *p, size_t n)
{
	unsigned long unsaid;
	bool last;
	int ret = n ? open_out(printer) : 0;

	if (ret == 0 && n)
		ret = input_write(&printer->out, p, n);
	if (ret < 0 && burst_take(&printer->losses, 1, REPORT_EVERY, clock_mono(), &unsaid, &last))
		log_error("cannot print the result of a listener: %s; %lu others were lost since "
			  "this was said last", strerror(-ret), unsaid);
}
