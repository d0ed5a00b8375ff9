import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Every benchmark after the other, then all claims together. Misses are told, not failed: a busy machine misses too. */
const BENCHMARKS = ['metrics', 'onnx', 'large', 'endpoint', 'panel', 'editor'];
const claims = [];
let broken = 0;

for (const name of BENCHMARKS) {
  console.log(`\n== bench/${name}.mjs\n`);
  const program = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    output += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  claims.push(...output.split('\n').filter((line) => line.startsWith('CLAIM ')));
  if (code !== 0) {
    broken++;
    console.log(`bench/${name}.mjs is broken: it ended with ${code}`);
  }
}

console.log(`\n== Claims\n\n${claims.join('\n')}`);
process.exitCode = broken > 0 ? 1 : 0;
