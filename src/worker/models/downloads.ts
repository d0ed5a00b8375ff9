import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../core/catalogue.ts';
import { listDevices } from '../../node/device-report.ts';
import { cachedBytes, filesToFetch, type HubUse, hubUses } from '../../node/hub-models.ts';
import type { PlaceNames } from '../../protocol/engine.ts';
import type { Download, ReaderApi } from '../../protocol/reader.ts';
import type { Device } from '../../protocol/runner.ts';
import { askHub, type HubModel } from './hub.ts';

/** Tells which models a run would have to download first, with what the hub says of them. */
export class Downloads {
  /** Devices that work here, in the order in which they are tried; trying them takes seconds. */
  private devices: Promise<Device[]> | null = null;

  list: ReaderApi['downloads'] = async ({ config, places, models }) => {
    const missing = new Map<string, HubUse[]>();
    for (const use of hubUses(config, models)) {
      if (cachedBytes(places.cache, use) === null) missing.set(use.hub, [...(missing.get(use.hub) ?? []), use]);
    }
    return Promise.all([...missing].map(([hub, uses]) => this.describe(hub, uses, places)));
  };

  private async describe(hub: string, uses: HubUse[], places: PlaceNames): Promise<Download> {
    const usedBy = uses.map((use) => use.usedBy);
    try {
      const model = await askHub(hub);
      const { licence } = model;
      const files = await this.filesOf(model, uses, places);
      if (files === null) {
        const problem =
          'It has no ONNX weights of the data type that is asked for (onnx/model*.onnx), so it cannot be used.';
        return { hub, usedBy, bytes: null, licence, problem };
      }
      const absent = [...files].filter((file) => !existsSync(join(places.cache, hub, file)));
      const sizes = absent.map((file) => model.files.get(file) ?? null);
      const bytes = sizes.reduce(
        (sum, size) => (sum === null || size === null ? null : sum + size),
        0 as number | null,
      );
      return { hub, usedBy, bytes, licence, problem: accessProblem(model) };
    } catch (error) {
      return fromCatalogue(hub, uses, (error as Error).message);
    }
  }

  /** Every file that the uses of a model need; null where its weights are not there. */
  private async filesOf(model: HubModel, uses: HubUse[], places: PlaceNames): Promise<Set<string> | null> {
    const names = [...model.files.keys()];
    const files = new Set<string>();
    for (const use of uses) {
      const devices = use.device === 'auto' ? await this.workingDevices(places) : [use.device];
      const needed = filesToFetch(names, use, devices);
      if (needed === null) return null;
      for (const file of needed) files.add(file);
    }
    return files;
  }

  private workingDevices({ runner }: PlaceNames): Promise<Device[]> {
    this.devices ??= listDevices(runner, new AbortController().signal).then((reports) =>
      reports.filter((report) => report.works).map((report) => report.device),
    );
    this.devices.catch(() => {
      this.devices = null;
    });
    return this.devices;
  }
}

function accessProblem({ gated }: HubModel): string | null {
  if (!gated || process.env.HF_TOKEN) return null;
  return 'Its access is restricted: accept its terms on the hub, and set HF_TOKEN in the environment.';
}

/** What is known without the hub, marked as such. */
function fromCatalogue(hub: string, uses: HubUse[], reason: string): Download {
  const entry = CATALOGUE.find((known) => known.onnx === hub || known.hub === hub);
  const usedBy = uses.map((use) => use.usedBy);
  const { dtype, megabytes } = entry?.download ?? {};
  const sameType = uses.every((use) => use.dtype === 'auto' || use.dtype === dtype);
  const bytes = megabytes !== undefined && sameType ? megabytes * 1e6 : null;
  const licence = entry?.licence ?? null;
  const origin = entry ? ' What is shown is from the catalogue that comes with PoQ Lab, not looked up.' : '';
  return { hub, usedBy, bytes, licence, problem: `${reason}.${origin}` };
}
