import type { Device } from '../protocol/runner.ts';

/** The devices that onnxruntime-node may have on a system, in the order in which `auto` tries them. */
export function candidateDevices(platform: NodeJS.Platform, arch: string): Device[] {
  if (platform === 'win32') return ['webgpu', 'dml', 'cpu'];
  if (platform === 'darwin') return ['webgpu', 'coreml', 'cpu'];
  if (platform === 'linux' && arch === 'x64') return ['cuda', 'webgpu', 'cpu'];
  return ['cpu'];
}
