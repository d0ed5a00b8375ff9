#!/usr/bin/env node
import { EXIT } from './exit-codes.ts';
import { Output } from './output.ts';
import { runProgram } from './program.ts';

/**
 * The headless `poq`: reads the arguments, runs one command, ends with its exit status. Commands are loaded only when
 * they are asked for, so that `poq --help` is quick.
 */

const output = new Output(process.stdout, process.stderr, process.env);
output.verbose = process.argv.includes('--verbose');

let exitCode: number = EXIT.DONE;

// A reader that has seen enough (`poq models | head`) is no error; a full disk behind `> file` is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  output.error(`cannot write to stdout: ${error.message}`);
  exitCode = EXIT.UNFINISHED;
});
process.stderr.on('error', () => {});

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    output.divertLines(null);
    output.failure(error);
    process.exit(EXIT.UNFINISHED);
  });
}

exitCode = Math.max(exitCode, await runProgram(process.argv, output));
await output.flush();
// A child process or a socket that is still open must not keep a finished command alive.
process.exit(exitCode);
