import { oneLine } from '../../core/report/render/visible.ts';
import { listDevices } from '../../node/device-report.ts';
import { installedPlaces } from '../../node/installed-places.ts';
import { cancelOnSignals } from '../cancellation.ts';
import { EXIT } from '../exit-codes.ts';
import type { Output } from '../output.ts';

/** `poq devices`: which devices can run models here, and why others cannot. */
export async function devicesCommand(options: { json?: boolean }, output: Output): Promise<number> {
  // The processes that try the devices must end with this one.
  const cancellation = cancelOnSignals(
    () => {},
    () => {},
  );
  try {
    const devices = await listDevices(installedPlaces(process.env).runner, cancellation.signal);
    if (options.json) {
      output.printJson({ devices });
      return EXIT.DONE;
    }
    const { paint } = output;
    for (const { device, works, reason, advice } of devices) {
      const name = device.padEnd(8);
      if (works) output.print(`${name}${paint.green('works')}`);
      else output.print(`${name}${paint.yellow('does not work')}: ${oneLine(reason ?? 'no reason given')}`);
      if (advice !== null) output.print(`        ${paint.dim(advice)}`);
    }
    return EXIT.DONE;
  } catch (error) {
    if (cancellation.signal.aborted) return EXIT.CANCELLED;
    throw error;
  } finally {
    cancellation.dispose();
  }
}
