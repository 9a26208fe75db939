/* faults.c - names of the fault codes */
#include "rpc/faults.h"

const char *fault_name(int code)
{
	switch (code) {
#define FAULT(name, number) case number: return #name;
#include "rpc/faults.def"
#undef FAULT
	}
	return "UNKNOWN";
}
