import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { CannotFinishError, InputError } from '../node/errors.ts';
import { EXIT, EXIT_CODES_HELP } from './exit-codes.ts';
import type { Output } from './output.ts';
import { parseSweep } from './sweep-argument.ts';

/** Parses the arguments, runs the command they name, tells its errors on stderr. Resolves to the exit status. */
export async function runProgram(argv: string[], output: Output): Promise<number> {
  let exitCode: number = EXIT.DONE;
  const program = buildProgram(output, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    return tell(error, output);
  }
}

function tell(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.DONE : EXIT.USAGE;
  if (error instanceof InputError) {
    for (const diagnostic of error.diagnostics) output.diagnostic(diagnostic);
    return EXIT.USAGE;
  }
  if (error instanceof CannotFinishError) {
    output.error(error.message);
    if (output.verbose && error.stack) output.note(error.stack);
    return EXIT.UNFINISHED;
  }
  output.failure(error);
  return EXIT.UNFINISHED;
}

type Done = (code: number) => void;

const configOption = () =>
  new Option('-c, --config <file>', 'the config; poq.config.json of the current folder when absent');

function buildProgram(output: Output, done: Done): Command {
  const program = new Command('poq')
    .description(
      'Run models on prompt files, score the answers with evaluators, and see quality, latency and the reward\n' +
        'R = alpha * quality / 10 - beta * cost of each model.',
    )
    .version(packageJson.version, '-V, --version', 'print the version')
    .option('--verbose', 'say more, and where an unexpected error comes from')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .configureOutput({
      writeOut: (text) => void output.stdout.write(text),
      writeErr: (text) => void output.stderr.write(text),
      getOutHelpWidth: () => Math.min(output.width, 110),
    })
    .showHelpAfterError('"poq --help" lists the commands and their options.')
    .exitOverride()
    .addHelpText(
      'after',
      `
Examples:
  poq init                          look around and write a poq.config.json
  poq run --dry-run                 calls, tokens, money and time, before anything is spent
  poq run                           run, score, show the leaderboard, write report.html
  poq run --json > summary.json     the same for machines: one JSON object on stdout
  poq report latest --format md     the last run again, as Markdown

Files:
  poq.config.json          prompts, models, evaluators, reward and gates; JSON with comments
  .poq/runs/<id>/          one folder a run: run.json, *.jsonl, summary.json, report.html

${EXIT_CODES_HELP}`,
    );
  // Subcommands inherit the settings above only when made through program.command().
  addRun(program, output, done);
  addReport(program, output, done);
  addSimulate(program, output, done);
  addInit(program, output, done);
  addModels(program, output, done);
  addDevices(program, output, done);
  return program;
}

function addRun(program: Command, output: Output, done: Done): void {
  program
    .command('run')
    .summary('run the models on the prompt files and score what they answer')
    .description(
      'Run every model on every sample, score the answers, show the leaderboard and write a run folder with report.html.',
    )
    .addOption(configOption())
    .option('-m, --models <ids>', 'only these models of the config, by id, separated by commas', parseList)
    .option('-n, --limit <count>', 'only the first samples, in file order', parseCount)
    .option('--resume <run>', 'go on with an earlier run, by its id, its path, or "latest"')
    .option('--retry-errors', 'with --resume: do the failed generations and scores of that run again')
    .option('--reuse', 'take answers of earlier runs where prompt, model and options agree; marked as reused')
    .option('--dry-run', 'only tell calls, tokens, money and time; nothing is sent, nothing is written')
    .option('--json', 'print one JSON object on stdout, everything else on stderr')
    .option('-q, --quiet', 'no progress on stderr')
    .addHelpText(
      'after',
      `
Ctrl-C stops a run and keeps what is complete; "poq run --resume <id>" goes on from there.

Examples:
  poq run --config examples/quickstart/poq.config.json
  poq run --models small,large --limit 20
  poq run --resume latest --retry-errors
  poq run --json | jq '.models[] | {id, reward}'

${EXIT_CODES_HELP}`,
    )
    .action(async (options, command: Command) => {
      if (options.retryErrors && !options.resume) {
        command.error('error: --retry-errors needs --resume <run>: it does the failures of an earlier run again');
      }
      const fixed = ['models', 'limit', 'reuse', 'dryRun'].filter((name) => options[name] !== undefined);
      if (options.resume !== undefined && fixed.length > 0) {
        const flags = fixed.map((name) => (name === 'dryRun' ? '--dry-run' : `--${name}`)).join(', ');
        command.error(`error: ${flags} cannot go with --resume: a run goes on with what it was started with`);
      }
      if (options.dryRun) {
        const { dryRunCommand } = await import('./commands/dry-run.ts');
        return done(await dryRunCommand(options, output));
      }
      const { runCommand } = await import('./commands/run.ts');
      done(await runCommand(options, output));
    });
}

function addReport(program: Command, output: Output, done: Done): void {
  program
    .command('report')
    .summary('show an earlier run as HTML, Markdown, CSV or JSON')
    .description('Show an earlier run again. Markdown, CSV and JSON go to stdout, HTML into the folder of the run.')
    .argument('<run>', 'the id of a run, the path of its folder, or "latest"')
    .addOption(new Option('-f, --format <format>', 'how').choices(['html', 'md', 'csv', 'json']).default('md'))
    .option('-o, --out <file>', 'write to this file instead')
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  poq report latest --format html               write report.html and print its path
  poq report latest --format csv > models.csv
  poq report .poq/runs/<id> --format json --out summary.json

The exit status answers for the report alone: 0 also where the run had failures or a failed gate.`,
    )
    .action(async (run, options) => {
      const { reportCommand } = await import('./commands/report.ts');
      done(await reportCommand(run, options, output));
    });
}

function addSimulate(program: Command, output: Output, done: Done): void {
  program
    .command('simulate')
    .summary('simulate the network that would pay this reward')
    .description(
      'Simulate the network: rounds that draw a sample, a model and K evaluators, their consensus and the rewards of both,\n' +
        'from what a run measured or from the made-up nodes of the config, with the attacks of the config.',
    )
    .addOption(configOption())
    .option('-r, --run <run>', 'the run to take measured data from: its id, its path, or "latest" (the default)')
    .option('--rounds <count>', "instead of the config's", parseCount)
    .option('--seed <number>', "instead of the config's", parseSeed)
    .option('--exact', 'sum over everything that can happen instead of drawing rounds, where that is finite')
    .option(
      '--sweep <option=values>',
      'simulate for each value, "k=1,3,5" or "beta=0:1:11" (from, to, how many); twice for a grid',
      parseSweep,
    )
    .option(
      '--malicious <share>',
      'advise on K and the rule if this share of the evaluators were malicious',
      parseShare,
    )
    .option('--max-capture <share>', 'for the advice: rounds in which they may hold the majority', parseShare, 0.1)
    .option('--max-cost <cost>', "for the advice: of a committee, in the unit of the evaluators' cost", parseCost)
    .option('--json', 'print one JSON object on stdout, everything else on stderr')
    .option('-q, --quiet', 'no progress on stderr')
    .addHelpText(
      'after',
      `
Examples:
  poq simulate                                  the latest run, with the config's protocol
  poq simulate --exact --json | jq .models
  poq simulate --sweep beta=0:1:11 --sweep k=1,3,5
  poq simulate --malicious 0.2 --max-capture 0.05

${EXIT_CODES_HELP}`,
    )
    .action(async (options) => {
      const { simulateCommand } = await import('./commands/simulate.ts');
      done(await simulateCommand(options, output));
    });
}

function addInit(program: Command, output: Output, done: Done): void {
  program
    .command('init')
    .summary('look around and write a poq.config.json')
    .description(
      'Look for local model servers (Ollama, LM Studio, vLLM, llama.cpp on their usual ports of 127.0.0.1), a GPU and\n' +
        'prompt files, and write a commented poq.config.json from what is there. Nothing leaves this machine.',
    )
    .option('-d, --dir <folder>', 'the folder to look at and write to', '.')
    .option('--force', 'overwrite an existing poq.config.json')
    .option('--server <url...>', 'look only at these base URLs, not at the usual ports')
    .addHelpText(
      'after',
      `
Examples:
  poq init
  poq init --dir evals --server http://127.0.0.1:9000/v1`,
    )
    .action(async (options) => {
      const { initCommand } = await import('./commands/init.ts');
      done(await initCommand(options, output));
    });
}

function addModels(program: Command, output: Output, done: Done): void {
  program
    .command('models')
    .summary('list the models of the config, the bundled ones and the catalogue')
    .description('List the models of the config (where there is one), the bundled ones, and the catalogue of the hub.')
    .addOption(configOption())
    .option('--json', 'print one JSON object on stdout')
    .action(async (options) => {
      const { modelsCommand } = await import('./commands/models.ts');
      done(await modelsCommand(options, output));
    });
}

function addDevices(program: Command, output: Output, done: Done): void {
  program
    .command('devices')
    .summary('tell which devices can run models here, and why others cannot')
    .description('Try each device that local models could run on, and tell what is missing where one does not work.')
    .option('--json', 'print one JSON object on stdout')
    .action(async (options) => {
      const { devicesCommand } = await import('./commands/devices.ts');
      done(await devicesCommand(options, output));
    });
}

function parseList(value: string, previous: string[] = []): string[] {
  const ids = value
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw new InvalidArgumentError('Expected ids, separated by commas.');
  return [...new Set([...previous, ...ids])];
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(count) || count < 1) {
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  }
  return count;
}

function parseSeed(value: string): number {
  const seed = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(seed)) throw new InvalidArgumentError('Expected a whole number.');
  return seed;
}

function parseShare(value: string): number {
  const share = Number(value);
  if (value.trim() === '' || !(share >= 0 && share <= 1))
    throw new InvalidArgumentError('Expected a number from 0 to 1.');
  return share;
}

function parseCost(value: string): number {
  const cost = Number(value);
  if (value.trim() === '' || !(cost >= 0)) throw new InvalidArgumentError('Expected a number of at least 0.');
  return cost;
}
