import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 2000;

/**
 * The name of the GPU that this machine has, null where none is seen. A quick look without loading anything: NVIDIA's own
 * tool, or the processor on a Mac. Whether models can run on it is for `poq devices` to try.
 */
export async function findGpu(): Promise<string | null> {
  if (process.platform === 'darwin') return process.arch === 'arm64' ? 'Apple GPU' : null;
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      timeout: TIMEOUT_MS,
      windowsHide: true,
    });
    const names = stdout.split(/\r?\n/).filter((line) => line.trim() !== '');
    return names.length > 0 ? names.map((name) => name.trim()).join(', ') : null;
  } catch {
    return null;
  }
}
