/*
 * The half that runs inside of a sandbox: a static program whose subcommands are the rows of one
 * table.  Input comes from descriptors given by number, the record goes to standard output.
 */
#ifndef RUNNER_WORKER_H
#define RUNNER_WORKER_H

/* Returns the exit status: 0, 2 for a wrong command line, 4 for an error (told on stderr). */
int worker_main(int argc, char **argv);

#endif
