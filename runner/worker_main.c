#include "runner/base/heap.h"
#include "runner/worker.h"

int main(int argc, char **argv)
{
	heap_prepare();
	return worker_main(argc, argv);
}
