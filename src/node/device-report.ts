import type { Device } from '../protocol/runner.ts';
import { candidateDevices } from './devices.ts';
import { RunnerProcess } from './runner-client/runner-process.ts';

/** One device of this machine, tried. */
export interface DeviceReport {
  device: Device;
  works: boolean;
  /** Why it does not work; null where it does. */
  reason: string | null;
  /** What to do about it; null where nothing is known. */
  advice: string | null;
}

/** Starting the process, and the driver, may take this long; no addition takes longer. */
const PROBE_TIMEOUT_MS = 30_000;

/**
 * Tries every device that onnxruntime may have on this system, each in a process of its own, since a driver can take
 * its process down.
 *
 * @param runner the runner's program
 */
export async function listDevices(runner: string, signal: AbortSignal): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = [];
  for (const device of candidateDevices(process.platform, process.arch)) {
    const reason = await probe(runner, device, signal);
    reports.push({ device, works: reason === null, reason, advice: reason === null ? null : adviceFor(device) });
  }
  return reports;
}

async function probe(runner: string, device: Device, signal: AbortSignal): Promise<string | null> {
  const process = new RunnerProcess(runner);
  const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  try {
    await process.call((api) => api.probe(device), AbortSignal.any([signal, timeout]));
    return null;
  } catch (error) {
    signal.throwIfAborted();
    return timeout.aborted ? `no answer within ${PROBE_TIMEOUT_MS / 1000} s` : (error as Error).message;
  } finally {
    await process.close();
  }
}

function adviceFor(device: Device): string | null {
  switch (device) {
    case 'cuda':
      return 'With an NVIDIA card: add the CUDA library of onnxruntime, as docs/gpu.md says.';
    case 'webgpu':
      return process.platform === 'linux'
        ? "Needs a GPU, its Vulkan driver and libvulkan.so.1 (Debian and Ubuntu: libvulkan1); 'vulkaninfo' tells."
        : 'Needs a GPU with a current driver.';
    case 'dml':
      return 'Needs a GPU with DirectX 12 and a current driver.';
    case 'coreml':
      return 'Needs a Mac with Apple silicon.';
    case 'cpu':
      return 'onnxruntime itself does not start: install the packages again (npm ci), on a supported system.';
  }
}
