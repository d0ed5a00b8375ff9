import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { candidateDevices } from '../../../src/node/devices.ts';
import { installedPlaces } from '../../../src/node/installed-places.ts';
import { cacheFolder, placesOf } from '../../../src/node/places.ts';
import { describeEnd } from '../../../src/node/runner-client/runner-process.ts';

describe('where things are', () => {
  it('finds the package that the code belongs to', () => {
    const places = installedPlaces({ POQ_CACHE: join('some', 'cache') });
    expect(existsSync(join(places.models, '..', 'package.json'))).toBe(true);
    expect(places.runner).toMatch(/dist[\\/]runner\.mjs$/);
    expect(places.cache).toBe(join('some', 'cache', 'models'));
  });

  it('takes the folder that it is given, for a bundle that does not know its own', () => {
    const root = join('an', 'extension');
    expect(placesOf(root, { POQ_CACHE: 'mine' })).toEqual({
      models: join(root, 'models'),
      runner: join(root, 'dist', 'runner.mjs'),
      cache: join('mine', 'models'),
    });
  });

  it('keeps downloads where the system keeps caches', () => {
    expect(cacheFolder({ POQ_CACHE: 'mine' }, 'linux', 'home')).toBe('mine');
    expect(cacheFolder({}, 'linux', 'home')).toBe(join('home', '.cache', 'poq-lab'));
    expect(cacheFolder({ XDG_CACHE_HOME: 'xdg' }, 'linux', 'home')).toBe(join('xdg', 'poq-lab'));
    expect(cacheFolder({}, 'darwin', 'home')).toBe(join('home', 'Library', 'Caches', 'poq-lab'));
    expect(cacheFolder({ LOCALAPPDATA: 'local' }, 'win32', 'home')).toBe(join('local', 'poq-lab', 'Cache'));
    expect(cacheFolder({}, 'win32', 'home')).toBe(join('home', 'AppData', 'Local', 'poq-lab', 'Cache'));
  });
});

describe('devices by system', () => {
  it('end with the CPU and name only what onnxruntime-node may have there', () => {
    expect(candidateDevices('linux', 'x64')).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(candidateDevices('linux', 'arm64')).toEqual(['cpu']);
    expect(candidateDevices('darwin', 'arm64')).toEqual(['webgpu', 'coreml', 'cpu']);
    expect(candidateDevices('win32', 'x64')).toEqual(['webgpu', 'dml', 'cpu']);
    expect(candidateDevices('freebsd', 'x64')).toEqual(['cpu']);
  });
});

describe('describeEnd', () => {
  it('names the signal or the exit code, the likely cause, and the last that was written', () => {
    const describe = (code: number | null, signal: NodeJS.Signals | null, written: string) =>
      describeEnd({ code, signal, written, startError: null });
    expect(describe(null, 'SIGSEGV', '')).toBe('the runner process ended (signal SIGSEGV)');
    expect(describe(7, null, 'one\ntwo: no such file\n\n')).toBe(
      'the runner process ended (exit code 7): two: no such file',
    );
    expect(describe(null, 'SIGKILL', '')).toMatch(/SIGKILL.*lack of memory/);
    expect(describe(null, 'SIGABRT', "terminate called after 'std::bad_alloc'\nwhat(): std::bad_alloc")).toMatch(
      /out of memory/,
    );
    expect(describe(1, null, 'x'.repeat(5000)).length).toBeLessThan(400);
    expect(describeEnd({ code: null, signal: null, written: '', startError: 'spawn EACCES' })).toBe(
      'the runner process cannot be started (spawn EACCES)',
    );
  });
});
